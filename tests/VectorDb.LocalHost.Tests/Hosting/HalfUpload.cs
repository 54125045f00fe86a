using System.Net;
using System.Net.Sockets;

namespace VectorDb.LocalHost.Tests.Hosting;

/// <summary>A request that is under way for as long as a test wants it to be.</summary>
internal sealed class HalfUpload : IDisposable
{
    private readonly TcpClient _client = new();

    private HalfUpload()
    {
    }

    public static async Task<HalfUpload> StartAsync(int port)
    {
        var upload = new HalfUpload();
        await upload._client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        upload._client.Client.Send("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf "u8);
        return upload;
    }

    /// <summary>Sends the rest.</summary>
    /// <returns>The first line of the answer.</returns>
    public async Task<string?> EndAsync()
    {
        _client.Client.Send("whole"u8);
        using var answer = new StreamReader(_client.GetStream());
        return await answer.ReadLineAsync(TestContext.Current.CancellationToken);
    }

    public void Dispose() => _client.Dispose();
}
