using System.Diagnostics;

namespace VectorDb.Testing;

/// <summary>An emulated AWS (<c>moto_server</c>) of a test's own, on a loopback port, gone when the test ends.</summary>
public sealed class MotoServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private MotoServer(Process process, Uri endpoint)
    {
        _process = process;
        Endpoint = endpoint;
    }

    public Uri Endpoint { get; }

    /// <summary>Starts plain moto, or the Python program of <paramref name="extension"/> (which takes the same arguments).</summary>
    public static async Task<MotoServer> StartAsync(CancellationToken cancellationToken, string? extension = null)
    {
        var moto = RequiredTool.Find("moto_server");
        var port = FreePort.Next();
        List<string> command = extension is null ? [moto] : [RequiredTool.Find("python3"), extension];
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), "-H", "127.0.0.1", "-p", $"{port}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["MOTO_ACM_VALIDATION_WAIT"] = "1";
        var process = Process.Start(start)!;
        // Read, or a full pipe stops the server.
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new MotoServer(process, new Uri($"http://127.0.0.1:{port}/"));
        try
        {
            using var http = new HttpClient();
            await Eventually.TrueAsync(() => server.AnswersAsync(http, cancellationToken), "moto_server answers", StartLimit);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<bool> AnswersAsync(HttpClient http, CancellationToken cancellationToken)
    {
        Assert.False(_process.HasExited, "moto_server ended while starting");
        try
        {
            using var answer = await http.GetAsync(new Uri(Endpoint, "moto-api/data.json"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
