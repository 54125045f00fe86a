using System.Net;
using System.Net.Sockets;

namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <summary>Carries every connection made to one address on to another.</summary>
internal sealed class PortForwarder : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener;
    private readonly IPEndPoint _target;
    private readonly Task _accepting;

    /// <exception cref="SocketException">Somebody else listens there.</exception>
    public PortForwarder(IPEndPoint listen, IPEndPoint target)
    {
        (_listener, _target) = (new TcpListener(listen), target);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                _ = CarryAsync(await _listener.AcceptSocketAsync(_stop.Token), _stop.Token);
            }
            catch (SocketException)
            {
                // Whoever called has gone.
            }
        }
    }

    private async Task CarryAsync(Socket caller, CancellationToken cancellation)
    {
        try
        {
            using var target = new Socket(SocketType.Stream, ProtocolType.Tcp);
            using (caller)
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                await target.ConnectAsync(_target, cancellation);
                await Task.WhenAll(CopyAsync(caller, target, either), CopyAsync(target, caller, either));
            }
        }
        catch (Exception ended) when (ended is IOException or SocketException or OperationCanceledException)
        {
            // Each side sees the other's end.
        }
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationTokenSource either)
    {
        try
        {
            await using var source = new NetworkStream(from);
            await using var sink = new NetworkStream(to);
            await source.CopyToAsync(sink, either.Token);
            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            // What breaks on one side must not leave the other waiting.
            await either.CancelAsync();
            throw;
        }
    }
}
