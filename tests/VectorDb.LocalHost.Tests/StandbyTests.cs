using System.Diagnostics;
using System.Net;
using VectorDb.LocalHost.Control;
using VectorDb.LocalHost.Platform;
using VectorDb.LocalHost.Supervision;
using VectorDb.LocalHost.Tests.Hosting;

namespace VectorDb.LocalHost.Tests;

[Trait(Suites.Trait, Suites.Full)]
public sealed class StandbyTests : IDisposable
{
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task The_release_before_stands_by_without_its_worker_and_comes_back_with_a_new_one()
    {
        await using var host = await RunningHost.StartAsync(_home);
        await host.DeployAsync("one");
        var (api, worker) = (await host.ServiceAsync("one", "api"), await host.ServiceAsync("one", "worker"));
        await SwitchAsync(host, to: "two", from: "one");

        Assert.Equal(ReleaseState.Standby, await StateAsync(host, "one"));
        Assert.Equal(api.Pid, (await host.ServiceAsync("one", "api")).Pid);
        var ended = await host.ServiceAsync("one", "worker");
        Assert.Equal((null, ServiceHealth.Stopped), (ended.Pid, ended.Health));
        Assert.False(IsAlive(worker.Pid));
        using var refused = await host.PostAsync("/releases/one/activate");
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);

        await SwitchAsync(host, to: "one", from: "two");
        Assert.Equal("api one", await host.GetAsync("/"));
        Assert.Equal(api.Pid, (await host.ServiceAsync("one", "api")).Pid);
        var fresh = await host.ServiceAsync("one", "worker");
        Assert.Equal(ServiceHealth.Healthy, fresh.Health);
        Assert.NotEqual(worker.Pid, fresh.Pid);
        Assert.Equal((ReleaseState.Active, ReleaseState.Standby), (await StateAsync(host, "one"), await StateAsync(host, "two")));
    }

    [Fact]
    public async Task A_standby_ends_when_another_release_is_started()
    {
        await using var host = await RunningHost.StartAsync(_home);
        await host.DeployAsync("one");
        await SwitchAsync(host, to: "two", from: "one");
        await SwitchAsync(host, to: "three", from: "two");
        await Eventually.TrueAsync(async () => (await host.StatusAsync()).Releases.Count == 2, "the first release has ended");
        Assert.Equal((ReleaseState.Standby, ReleaseState.Active), (await StateAsync(host, "two"), await StateAsync(host, "three")));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(0, true)]
    [InlineData(600, false)]
    public async Task A_standby_ends_when_its_time_is_over_and_there_is_none_where_none_is_wanted(int seconds, bool wanted)
    {
        await using var host = await RunningHost.StartAsync(_home, standby: seconds);
        await host.DeployAsync("one");
        var api = await host.ServiceAsync("one", "api");
        await host.DeployAsync("two");
        (await host.PostAsync($"/releases/one/retire?standby={wanted}")).EnsureSuccessStatusCode();
        await Eventually.TrueAsync(async () => (await host.StatusAsync()).Releases.Count == 1, "the release has ended");
        Assert.False(IsAlive(api.Pid));
    }

    [Fact]
    public async Task A_service_that_died_while_it_stood_by_comes_back_too()
    {
        await using var host = await RunningHost.StartAsync(_home);
        await host.DeployAsync("one");
        await SwitchAsync(host, to: "two", from: "one");
        var api = await host.ServiceAsync("one", "api");
        using (var process = Process.GetProcessById(api.Pid!.Value))
        {
            process.Kill();
        }

        await SwitchAsync(host, to: "one", from: "two");
        Assert.Equal("api one", await host.GetAsync("/"));
        Assert.NotEqual(api.Pid, (await host.ServiceAsync("one", "api")).Pid);
    }

    [Fact]
    public async Task A_service_that_hangs_while_it_stands_by_is_not_waited_for()
    {
        await using var host = await RunningHost.StartAsync(_home);
        await host.DeployAsync("one");
        await SwitchAsync(host, to: "two", from: "one");
        var api = await host.ServiceAsync("one", "api");
        using (var stop = Process.Start("kill", ["-STOP", $"{api.Pid}"]))
        {
            await stop.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await Eventually.TrueAsync(async () => (await host.ServiceAsync("one", "api")).Health == ServiceHealth.Unhealthy, "it is known to hang", TimeSpan.FromSeconds(30));
        await SwitchAsync(host, to: "one", from: "two").WaitAsync(TimeSpan.FromSeconds(25), TestContext.Current.CancellationToken);

        Assert.Equal("api one", await host.GetAsync("/"));
        Assert.False(IsAlive(api.Pid));
    }

    [Fact]
    public async Task A_killed_host_leaves_nothing_of_a_standby()
    {
        var host = await RunningHost.StartAsync(_home);
        await host.DeployAsync("one");
        await SwitchAsync(host, to: "two", from: "one");
        var services = (await host.StatusAsync()).Releases.SelectMany(static release => release.Services).Where(static service => service.Pid is not null)
            .Select(static service => IdentityOf(service.Pid!.Value)).ToList();
        await host.KillAsync();
        await Eventually.TrueAsync(() => services.TrueForAll(static service => !service.IsAlive), "the services end with their host");
        await host.DisposeAsync();
    }

    private static async Task SwitchAsync(RunningHost host, string to, string from)
    {
        await host.DeployAsync(to);
        (await host.PostAsync($"/releases/{from}/retire?standby=true")).EnsureSuccessStatusCode();
    }

    private static async Task<ReleaseState> StateAsync(RunningHost host, string release) =>
        (await host.StatusAsync()).Releases.Single(one => one.Id == release).State;

    private static ProcessIdentity IdentityOf(int pid)
    {
        using var process = Process.GetProcessById(pid);
        return ProcessIdentity.Of(process);
    }

    private static bool IsAlive(int? pid) => pid is { } id && Directory.Exists($"/proc/{id}");
}
