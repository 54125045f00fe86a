using VectorDb.LocalHost.Supervision;

namespace VectorDb.LocalHost.Gateway;

/// <summary>The way to one release: where its services are, its own connections to them, and how many requests are on it.</summary>
internal sealed class GatewayRoute(string release, ServiceEndpoint api, ServiceEndpoint dashboard) : IDisposable
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _idle;
    private int _inFlight;

    public string Release => release;

    /// <summary>Connections are not shared between releases: those of a retired one end with it.</summary>
    public HttpMessageInvoker Connections { get; } = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        UseCookies = false,
        EnableMultipleHttp2Connections = true,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(5),

        // Well below the keep-alive timeout of the services, so that it is always this side that ends an idle connection.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
    });

    public int InFlight
    {
        get
        {
            lock (_gate)
            {
                return _inFlight;
            }
        }
    }

    public ServiceEndpoint EndpointFor(PathString path) => path.StartsWithSegments("/dashboard", StringComparison.OrdinalIgnoreCase) ? dashboard : api;

    public void Enter()
    {
        lock (_gate)
        {
            _inFlight++;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            if (--_inFlight == 0)
            {
                _idle?.TrySetResult();
            }
        }
    }

    /// <summary>Waits until no request is on it. Only for a route that new requests no longer take.</summary>
    /// <returns>False where some were still there when the time was over.</returns>
    public async Task<bool> DrainAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        Task idle;
        lock (_gate)
        {
            if (_inFlight == 0)
            {
                return true;
            }

            _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            idle = _idle.Task;
        }

        try
        {
            await idle.WaitAsync(limit, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public void Dispose() => Connections.Dispose();
}
