using Microsoft.AspNetCore.Connections;
using VectorDb.LocalHost.Platform;

namespace VectorDb.LocalHost.Gateway;

/// <summary>The one address of the environment: what clients talk to, whichever release is behind it.</summary>
internal sealed class GatewayServer : IAsyncDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    private readonly ListenSocket _socket;
    private readonly WebApplication _server;
    private readonly OpenConnections _connections = new();
    private volatile bool _isLameDuck;

    public GatewayServer(ListenSocket socket, RouteSwitch routes, ILoggerFactory logs)
    {
        _socket = socket;
        var builder = SocketServer.CreateBuilder(socket, logs, (kestrel, listen) =>
        {
            listen.Use(_connections.Middleware);
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.Services.AddReverseProxy();
        builder.Services.AddSingleton(routes);
        builder.Services.AddSingleton<RequestForwarding>();
        _server = builder.Build();
        _server.Use(EndConnectionsOfLameDuckAsync);
        _server.Run(_server.Services.GetRequiredService<RequestForwarding>().ForwardAsync);
    }

    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(cancellationToken);

    /// <summary>
    /// Leaves new connections to another process on the same socket and lets each connection here end with its next answer,
    /// until all have ended or the time is over.
    /// </summary>
    /// <param name="limit">For the connections, and once more for the requests that are then in flight.</param>
    /// <param name="hurry">Ends the connections that are idle; requests in flight are waited for all the same.</param>
    public async Task RetireAsync(TimeSpan limit, CancellationToken hurry)
    {
        _isLameDuck = true;
        await StopListeningAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(hurry);
        end.CancelAfter(limit);
        while (_connections.Count > 0 && !end.IsCancellationRequested)
        {
            await Task.Delay(LookAgain, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await StopAsync(limit);
    }

    /// <summary>Stops listening and waits for the requests in flight.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        await StopListeningAsync();
        using var end = new CancellationTokenSource(limit);
        await _server.StopAsync(end.Token);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>Nobody waits in a queue from which this process no longer takes, and the port is free for the next host.</summary>
    private async Task StopListeningAsync()
    {
        await _server.Services.GetRequiredService<AcceptControl>().StopAcceptingAsync();
        _socket.Dispose();
    }

    private Task EndConnectionsOfLameDuckAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(() =>
        {
            if (_isLameDuck)
            {
                context.Response.Headers.Connection = "close";
            }

            return Task.CompletedTask;
        });
        return next(context);
    }
}
