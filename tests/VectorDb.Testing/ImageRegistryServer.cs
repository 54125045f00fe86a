using System.Diagnostics;

namespace VectorDb.Testing;

/// <summary>A real image registry (<c>docker-registry</c>) of a test's own, on a loopback port.</summary>
public sealed class ImageRegistryServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly Process _process;

    private ImageRegistryServer(TemporaryFolder folder, Process process, int port)
    {
        _folder = folder;
        _process = process;
        Address = new Uri($"http://127.0.0.1:{port}/");
    }

    public Uri Address { get; }

    /// <param name="port">A port to come back on; null takes a free one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<ImageRegistryServer> StartAsync(CancellationToken cancellationToken, int? port = null)
    {
        var program = RequiredTool.Find("docker-registry");
        var folder = new TemporaryFolder();
        var listening = port ?? FreePort.Next();
        await File.WriteAllTextAsync(
            folder.File("config.yml"),
            $"""
            version: 0.1
            log: {"{"} level: error {"}"}
            storage:
              filesystem: {"{"} rootdirectory: {folder.File("data")} {"}"}
            http: {"{"} addr: 127.0.0.1:{listening} {"}"}
            """,
            cancellationToken);
        var process = Process.Start(new ProcessStartInfo(program, ["serve", folder.File("config.yml")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new ImageRegistryServer(folder, process, listening);
        using var http = new HttpClient();
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    using var answer = await http.GetAsync(new Uri(server.Address, "v2/"), cancellationToken);
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the registry answers");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Dispose();
    }
}
