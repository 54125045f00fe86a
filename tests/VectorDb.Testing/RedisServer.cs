using System.Diagnostics;
using System.Net.Sockets;

namespace VectorDb.Testing;

/// <summary>A real redis-server on a port of its own, in memory only.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly Process _process;

    private RedisServer(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public static async Task<RedisServer> StartAsync()
    {
        var port = FreePort.Next();
        var start = new ProcessStartInfo(RequiredTool.Find("redis-server"), ["--port", $"{port}", "--bind", "127.0.0.1", "--save", ""])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        var server = new RedisServer(Process.Start(start)!, port);
        server._process.BeginOutputReadLine();
        await Eventually.TrueAsync(() => AnswersAsync(port), "redis-server listens");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static async Task<bool> AnswersAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
