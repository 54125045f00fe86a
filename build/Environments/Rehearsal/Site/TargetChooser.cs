using System.Net.Sockets;
using System.Text;

namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <summary>
/// Tells nginx, which asks for every request, where to send it. A reload of nginx's configuration instead would close the idle connections
/// of its clients, and one that sends at that moment loses a request; an Application Load Balancer does no such thing.
/// </summary>
internal sealed class TargetChooser : IAsyncDisposable
{
    private static readonly byte[] EndOfRequest = "\r\n\r\n"u8.ToArray();

    private readonly CancellationTokenSource _stop = new();
    private readonly TargetPool _pool;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Task _accepting;

    /// <param name="socket">Path of the socket that nginx asks through.</param>
    /// <param name="pool">What is chosen from.</param>
    public TargetChooser(string socket, TargetPool pool)
    {
        _pool = pool;
        _listener.Bind(new UnixDomainSocketEndPoint(socket));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            _ = AnswerAsync(await _listener.AcceptAsync(_stop.Token), _stop.Token);
        }
    }

    /// <summary>HTTP as nginx speaks it to an upstream: small requests without a body, one after the other.</summary>
    private async Task AnswerAsync(Socket connection, CancellationToken cancellation)
    {
        try
        {
            using (connection)
            {
                var buffer = new byte[4096];
                var filled = 0;
                while (await connection.ReceiveAsync(buffer.AsMemory(filled), cancellation) is > 0 and var received)
                {
                    filled += received;
                    if (buffer.AsSpan(0, filled).EndsWith(EndOfRequest))
                    {
                        filled = 0;
                        await connection.SendAsync(Encoding.ASCII.GetBytes(Answer()), cancellation);
                    }
                }
            }
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException)
        {
            // nginx asks again through another connection.
        }
    }

    private string Answer() => _pool.Next() is { } target
        ? $"HTTP/1.1 200 OK\r\nX-Target: {target}\r\nContent-Length: 0\r\n\r\n"
        : "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
}
