namespace VectorDb.EndToEnd.Tests;

/// <summary>A second environment, on another port, of the same repository. It is stopped when the test ends.</summary>
internal sealed class FreshHome(Site site) : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort.Next();

    public HttpClient Client(string? key = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = new Uri($"http://localhost:{_port}/") };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        }

        return client;
    }

    public Task DeployAsync(params (string Name, string Value)[] settings) =>
        RunAsync(settings.ToDictionary(static setting => setting.Name, static setting => setting.Value), "--target=Deploy", "--exclusive", $"--port={_port}");

    /// <returns>What it printed. It must have succeeded.</returns>
    public Task<string> RunAsync(params string[] arguments) => RunAsync(new Dictionary<string, string>(), arguments);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("--target=Stop");
        _folder.Dispose();
    }

    private async Task<string> RunAsync(Dictionary<string, string> settings, params string[] arguments)
    {
        await using var run = BuildRun.Start(site.Checkout.Root, _folder.Path, settings, arguments);
        var (exitCode, _) = await run.EndAsync();
        Assert.True(exitCode == 0, $"{string.Join(' ', arguments)}: exit code {exitCode}\n{run.Output}");
        return run.Output;
    }
}
