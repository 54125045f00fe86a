using VectorDb.LocalHost.Gateway;
using VectorDb.LocalHost.Supervision;

namespace VectorDb.LocalHost.Tests;

public sealed class RouteSwitchTests
{
    [Fact]
    public void Requests_take_the_active_route_and_only_what_is_below_dashboard_goes_to_the_dashboard()
    {
        var (api, dashboard) = (new ServiceEndpoint(), new ServiceEndpoint());
        using var route = new GatewayRoute("one", api, dashboard);
        var routes = new RouteSwitch();
        Assert.Null(routes.Enter());
        Assert.Null(routes.Activate(route));
        Assert.Same(route, routes.Enter());
        Assert.Same(dashboard, route.EndpointFor("/dashboard"));
        Assert.Same(dashboard, route.EndpointFor("/dashboard/hangfire/jobs"));
        Assert.Same(api, route.EndpointFor("/dashboards"));
        Assert.Same(api, route.EndpointFor("/api/v1/health"));
        Assert.Same(api, route.EndpointFor("/"));
    }

    [Fact]
    public async Task A_route_is_drained_once_its_last_request_has_left()
    {
        using var route = new GatewayRoute("one", new ServiceEndpoint(), new ServiceEndpoint());
        route.Enter();
        route.Enter();
        var drained = route.DrainAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        route.Leave();
        Assert.False(drained.IsCompleted);
        route.Leave();
        Assert.True(await drained);
        Assert.Equal(0, route.InFlight);
    }

    [Fact]
    public async Task Draining_ends_without_the_last_request_when_its_time_is_over()
    {
        using var route = new GatewayRoute("one", new ServiceEndpoint(), new ServiceEndpoint());
        route.Enter();
        Assert.False(await route.DrainAsync(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task No_request_enters_a_route_that_was_found_idle_after_the_switch()
    {
        using var old = new GatewayRoute("old", new ServiceEndpoint(), new ServiceEndpoint());
        using var next = new GatewayRoute("next", new ServiceEndpoint(), new ServiceEndpoint());
        var routes = new RouteSwitch();
        var late = 0;
        for (var round = 0; round < 20; round++)
        {
            var (isIdle, isOver) = (false, false);
            var requests = new int[8];
            routes.Activate(old);

            // More than there are processors, so that some are held up wherever it hurts.
            var clients = requests.Select((_, client) => Task.Factory.StartNew(() => Work(client), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
            await Eventually.TrueAsync(() => requests.All(static count => count > 0), "all clients are at work");
            routes.Activate(next);
            Assert.True(await old.DrainAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
            Volatile.Write(ref isIdle, true);
            var before = requests.ToArray();
            await Eventually.TrueAsync(() => requests.Zip(before).All(static count => count.First > count.Second + 1), "what each had begun has ended");
            Volatile.Write(ref isOver, true);
            await Task.WhenAll(clients);

            void Work(int client)
            {
                while (!Volatile.Read(ref isOver))
                {
                    var route = routes.Enter()!;
                    if (ReferenceEquals(route, old) && Volatile.Read(ref isIdle))
                    {
                        Interlocked.Increment(ref late);
                    }

                    route.Leave();
                    Volatile.Write(ref requests[client], requests[client] + 1);
                }
            }
        }

        Assert.Equal(0, late);
    }

    [Fact]
    public async Task A_request_waits_for_a_service_that_is_being_restarted()
    {
        var endpoint = new ServiceEndpoint();
        endpoint.Open(1);
        endpoint.Close();
        var request = endpoint.FindAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken).AsTask();
        Assert.False(request.IsCompleted);
        endpoint.Open(2);
        Assert.Equal("http://127.0.0.1:2", await request);
    }

    [Fact]
    public async Task A_service_that_stays_away_is_given_up()
    {
        Assert.Null(await new ServiceEndpoint().FindAsync(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken));
    }
}
