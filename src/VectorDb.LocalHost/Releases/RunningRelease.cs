using VectorDb.LocalHost.Gateway;
using VectorDb.LocalHost.Supervision;

namespace VectorDb.LocalHost.Releases;

/// <summary>The processes of one release, and the gateway's way to them.</summary>
internal sealed class RunningRelease : IAsyncDisposable
{
    /// <summary>A service ends what it has in flight within 30 s of SIGTERM.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(35);

    private readonly Lazy<Task> _started;
    private readonly Lock _gate = new();
    private Task<bool>? _retirement;
    private CancellationTokenSource? _drain;

    public RunningRelease(ReleaseDefinition definition, ServiceEnvironment environment, SupervisionContext supervision)
    {
        Definition = definition;
        var variables = environment.For(definition);
        Services = [.. ReleaseDefinition.Services.Select(name => new SupervisedService(
            new ServiceDefinition(name, definition.Id, definition.AssemblyOf(name), variables), supervision))];
        Route = new GatewayRoute(definition.Id, EndpointOf(ReleaseDefinition.Api), EndpointOf(ReleaseDefinition.Dashboard));
        _started = new Lazy<Task>(StartAllAsync);
    }

    public ReleaseDefinition Definition { get; }

    public IReadOnlyList<SupervisedService> Services { get; }

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

    /// <summary>The first service that is not healthy.</summary>
    public SupervisedService? Sick => Services.FirstOrDefault(static service => service.Health != ServiceHealth.Healthy);

    /// <summary>Starts all services side by side; the same start for every caller.</summary>
    /// <returns>Completes when all are healthy. The services go on being supervised either way.</returns>
    /// <exception cref="ControlException">One ended before it was healthy.</exception>
    public Task StartAsync() => IsHealthy ? Task.CompletedTask : _started.Value;

    /// <summary>Lets the requests on it finish, then stops it; the same retirement for every caller.</summary>
    /// <returns>False where it was taken back into service before its services were stopped.</returns>
    public Task<bool> RetireAsync(TimeSpan limit)
    {
        lock (_gate)
        {
            if (_retirement is null)
            {
                _drain = new CancellationTokenSource();
                _retirement = RetireAsync(limit, _drain.Token);
            }

            return _retirement;
        }
    }

    /// <summary>Takes a release that is still draining back into service, as it is.</summary>
    /// <returns>False where it is being stopped already.</returns>
    public bool TryKeep()
    {
        lock (_gate)
        {
            if (_retirement is null)
            {
                return true;
            }

            if (_drain is null)
            {
                return false;
            }

            _drain.Cancel();
            _drain.Dispose();
            _drain = null;
            _retirement = null;
            return true;
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

    private async Task<bool> RetireAsync(TimeSpan limit, CancellationToken kept)
    {
        await Task.Yield();
        try
        {
            await Route.DrainAsync(limit, kept);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        lock (_gate)
        {
            if (kept.IsCancellationRequested)
            {
                return false;
            }

            _drain = null;
        }

        await Task.WhenAll(Services.Select(static service => service.StopAsync(Grace)));
        return true;
    }

    private ServiceEndpoint EndpointOf(string service) => Services.Single(one => one.Name == service).Endpoint;
}
