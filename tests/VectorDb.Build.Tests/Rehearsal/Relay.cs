using System.Net;
using System.Net.Sockets;

namespace VectorDb.Build.Tests.Rehearsal;

/// <summary>Makes a loopback port of this machine reachable under another of its addresses, on the same port.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener;
    private readonly Task _accept;

    public Relay(IPAddress address, int port)
    {
        _listener = new TcpListener(address, port);
        _listener.Start();
        _accept = AcceptAsync(port);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accept.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync(int port)
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = CarryAsync(client, port);
        }
    }

    private async Task CarryAsync(TcpClient client, int port)
    {
        using (client)
        using (var server = new TcpClient())
        {
            await server.ConnectAsync(IPAddress.Loopback, port, _stop.Token);
            var there = client.GetStream().CopyToAsync(server.GetStream(), _stop.Token);
            await server.GetStream().CopyToAsync(client.GetStream(), _stop.Token);
            client.Close();
            await there.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
