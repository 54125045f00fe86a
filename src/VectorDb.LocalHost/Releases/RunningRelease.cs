using VectorDb.LocalHost.Gateway;
using VectorDb.LocalHost.Supervision;

namespace VectorDb.LocalHost.Releases;

/// <summary>The processes of one release, and the gateway's way to them.</summary>
internal sealed class RunningRelease : IAsyncDisposable
{
    /// <summary>A service ends what it has in flight within 30 s of SIGTERM.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(35);

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(25);

    private readonly SupervisionContext _supervision;
    private readonly ServiceDefinition[] _definitions;
    private readonly Lock _gate = new();
    private Lazy<Task> _started;
    private Retirement? _retirement;

    public RunningRelease(ReleaseDefinition definition, ServiceEnvironment environment, SupervisionContext supervision)
    {
        Definition = definition;
        _supervision = supervision;
        var variables = environment.For(definition);
        _definitions = [.. ReleaseDefinition.Services.Select(name => new ServiceDefinition(name, definition.Id, definition.AssemblyOf(name), variables))];
        Services = [.. _definitions.Select(Create)];
        Route = new GatewayRoute(definition.Id, EndpointOf(ReleaseDefinition.Api), EndpointOf(ReleaseDefinition.Dashboard));
        _started = new Lazy<Task>(StartAllAsync);
    }

    public ReleaseDefinition Definition { get; }

    public IReadOnlyList<SupervisedService> Services { get; private set; }

    public GatewayRoute Route { get; }

    public bool IsHealthy => Services.All(static service => service.Health == ServiceHealth.Healthy);

    public bool IsRetiring
    {
        get
        {
            lock (_gate)
            {
                return _retirement is not null;
            }
        }
    }

    /// <summary>Its requests have finished and its worker has ended; the rest stays ready for a while.</summary>
    public bool IsStandingBy
    {
        get
        {
            lock (_gate)
            {
                return _retirement is { IsFinal: false, StandingBy.IsCompleted: true };
            }
        }
    }

    /// <summary>The first service that is not healthy.</summary>
    public SupervisedService? Sick => Services.FirstOrDefault(static service => service.Health != ServiceHealth.Healthy);

    /// <summary>Starts all services side by side, but those that stood by; the same start for every caller.</summary>
    /// <returns>Completes when all are healthy. The services go on being supervised either way.</returns>
    /// <exception cref="ControlException">One ended before it was healthy.</exception>
    public Task StartAsync() => IsHealthy ? Task.CompletedTask : _started.Value;

    /// <summary>Lets the requests on it finish, then stops it; the same retirement for every caller.</summary>
    /// <param name="standby">
    /// How long all but its worker stays ready in between; zero for not at all, also where it stands by already.
    /// </param>
    public Retirement Retire(TimeSpan limit, TimeSpan standby)
    {
        lock (_gate)
        {
            if (_retirement is null)
            {
                _retirement = new Retirement(standby, _supervision.Time);
                _retirement.End = RetireAsync(_retirement, limit);
            }
            else if (standby == TimeSpan.Zero)
            {
                _retirement.EndStandby();
            }

            return _retirement;
        }
    }

    /// <summary>Takes a release that is still draining or stands by back into service, as it is.</summary>
    /// <returns>False where it is being stopped already, or what stood by could not serve.</returns>
    public bool TryKeep()
    {
        lock (_gate)
        {
            if (_retirement is null)
            {
                return true;
            }

            if (_retirement.IsFinal || (_retirement.StandingBy.IsCompleted && !IsReady()))
            {
                return false;
            }

            _retirement.Keep();
            _retirement = null;
            return true;
        }
    }

    /// <summary>
    /// Its worker takes no more jobs and ends, while requests may still be under way. Only in a host that ends: nothing starts it again.
    /// </summary>
    public Task StopWorkerAsync()
    {
        lock (_gate)
        {
            return _retirement is { IsFinal: true } ? Task.CompletedTask : Services.Single(IsWorker).StopAsync(Grace);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Services.Select(static service => service.DisposeAsync().AsTask()));
        Route.Dispose();
    }

    private static async Task StartAsync(SupervisedService service)
    {
        service.Start();
        if (await service.Started is { } reason)
        {
            throw ControlException.Conflict($"{service.Name} {reason}", service.Name, service.Tail);
        }
    }

    private async Task StartAllAsync()
    {
        await foreach (var start in Task.WhenEach(Services.Select(StartAsync)))
        {
            await start;
        }
    }

    /// <summary>What stood by may just have ended, and is then being started again.</summary>
    private async Task ComeBackAsync()
    {
        await StartAllAsync();
        while (!IsHealthy && !IsRetiring)
        {
            await Task.Delay(LookAgain, _supervision.Time);
        }
    }

    private async Task<bool> RetireAsync(Retirement retirement, TimeSpan limit)
    {
        await Task.Yield();
        try
        {
            await Route.DrainAsync(limit, retirement.Kept);
            if (retirement.WillStandBy)
            {
                await using (var worker = ReplaceWorker(retirement))
                {
                    await worker.StopAsync(Grace);
                }

                await retirement.StandByAsync();
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        lock (_gate)
        {
            if (retirement.Kept.IsCancellationRequested)
            {
                return false;
            }

            retirement.IsFinal = true;
        }

        // What hangs while it stands by has nothing in flight, and a rollback may be waiting for its place.
        var stoodBy = retirement.StandingBy.IsCompleted;
        await Task.WhenAll(Services.Select(service => service.StopAsync(stoodBy && service.Health != ServiceHealth.Healthy ? TimeSpan.Zero : Grace)));
        return true;
    }

    /// <summary>What stands by takes no jobs. A fresh worker is put in its place, to be started should the release come back.</summary>
    /// <returns>The one that runs.</returns>
    private SupervisedService ReplaceWorker(Retirement retirement)
    {
        lock (_gate)
        {
            retirement.Kept.ThrowIfCancellationRequested();
            var worker = Services.Single(IsWorker);
            Services = [.. Services.Select((service, index) => service == worker ? Create(_definitions[index]) : service)];
            _started = new Lazy<Task>(ComeBackAsync);
            return worker;
        }
    }

    private bool IsReady() => Services.All(static service => IsWorker(service) || service.Health == ServiceHealth.Healthy);

    private static bool IsWorker(SupervisedService service) => service.Name == ReleaseDefinition.Worker;

    private SupervisedService Create(ServiceDefinition definition) => new(definition, _supervision);

    private ServiceEndpoint EndpointOf(string service) => Services.Single(one => one.Name == service).Endpoint;
}
