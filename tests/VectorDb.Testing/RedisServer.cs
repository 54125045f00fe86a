using System.Diagnostics;
using System.Net.Sockets;

namespace VectorDb.Testing;

/// <summary>A real redis-server on a port of its own, in memory only.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly Process _process;

    private RedisServer(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <param name="password">Demand AUTH with it.</param>
    /// <param name="certificates">Speak TLS only, with these.</param>
    public static async Task<RedisServer> StartAsync(string? password = null, TestCertificates? certificates = null)
    {
        var port = FreePort.Next();
        List<string> arguments = ["--bind", "127.0.0.1", "--save", ""];
        arguments.AddRange(certificates is null
            ? ["--port", $"{port}"]
            :
            [
                "--port", "0", "--tls-port", $"{port}", "--tls-cert-file", certificates.Certificate, "--tls-key-file", certificates.Key,
                "--tls-ca-cert-file", certificates.Authority, "--tls-auth-clients", "no",
            ]);
        if (password is not null)
        {
            arguments.AddRange(["--requirepass", password]);
        }

        var start = new ProcessStartInfo(RequiredTool.Find("redis-server"), arguments) { UseShellExecute = false, RedirectStandardOutput = true };
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
