using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

[assembly: AssemblyFixture(typeof(VectorDb.EndToEnd.Tests.Site))]

namespace VectorDb.EndToEnd.Tests;

/// <summary>One local environment for all tests, driven only by <c>./build.sh</c> and by HTTP. Each test leaves it healthy.</summary>
public sealed class Site : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort.Next();

    public HttpClient Http { get; private set; } = null!;

    internal Checkout Checkout { get; } = new();

    internal Uri Url => new($"http://localhost:{_port}/");

    public async ValueTask InitializeAsync()
    {
        Http = new HttpClient { BaseAddress = Url };
        await RunAsync("--target=Publish", "--exclusive");
        await DeployAsync();
        using var made = await Http.PostAsJsonAsync("/api/v1/collections", new { name = "load" });
        made.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await RunAsync("--target=Stop");
            await Eventually.ReturnsAsync(
                () => Task.FromResult(string.Join('\n', Processes())), static leftovers => leftovers.Length == 0, "no process is left");
        }
        finally
        {
            Http.Dispose();
            _folder.Dispose();
            Checkout.Dispose();
        }
    }

    public string File(params string[] parts) => _folder.File(["local", .. parts]);

    internal BuildRun Start(params string[] arguments) => BuildRun.Start(Checkout.Root, _folder.Path, arguments);

    /// <returns>What it printed, and how long it took. It must have succeeded.</returns>
    internal async Task<(string Output, TimeSpan Took)> RunAsync(params string[] arguments)
    {
        await using var run = Start(arguments);
        var (exitCode, took) = await run.EndAsync();
        Assert.True(exitCode == 0, $"{string.Join(' ', arguments)}: exit code {exitCode}\n{run.Output}");
        return (run.Output, took);
    }

    /// <summary>The whole chain, from the sources on.</summary>
    internal BuildRun StartChain() => Start("--target=Deploy", $"--port={_port}");

    internal Task<(string Output, TimeSpan Took)> RunChainAsync() => RunAsync("--target=Deploy", $"--port={_port}");

    internal BuildRun StartDeploy() => Start("--target=Deploy", "--exclusive", $"--port={_port}");

    internal Task<(string Output, TimeSpan Took)> DeployAsync() => RunAsync("--target=Deploy", "--exclusive", $"--port={_port}");

    /// <returns>The id of the active release, of which the API says that it is healthy.</returns>
    internal async Task<string> ReleaseAsync()
    {
        var health = await Http.GetFromJsonAsync<JsonObject>("/api/v1/health", TestContext.Current.CancellationToken);
        return (string)health!["release"]!;
    }

    internal async Task<JsonElement> StatusAsync() => await JsonAsync("--target=Status", "--json");

    internal async Task<IReadOnlyList<JsonElement>> HistoryAsync() => [.. (await JsonAsync("--target=History", "--json")).EnumerateArray()];

    /// <summary>Waits until the release alone takes jobs, and nothing but it and the one that stands by runs.</summary>
    internal Task OnlyWorksAsync(string release) => Eventually.ReturnsAsync(
        () => Task.FromResult(string.Join('\n', Processes().Where(line => line.Contains(File("releases"), StringComparison.Ordinal)))),
        lines => lines.Split('\n').Where(static line => line.Contains("/worker/", StringComparison.Ordinal)).ToList() is [var worker]
            && worker.Contains(release, StringComparison.Ordinal)
            && RunningReleases().Count <= 2,
        $"only release {release} takes jobs");

    /// <summary>Command lines of the programs that a build of the checkout has started and that still run.</summary>
    internal static IEnumerable<string> ProgramsOf(Checkout checkout) =>
        from folder in Directory.GetDirectories("/proc")
        where int.TryParse(Path.GetFileName(folder), out _)
        where Read(folder, "environ") is var variables
            && variables.Contains("VECTORDB_BUILD_RUN=", StringComparison.Ordinal)
            && variables.Contains($" {checkout.Root} ", StringComparison.Ordinal)
        select Read(folder, "cmdline");

    /// <summary>The releases of which a process runs.</summary>
    internal IReadOnlyList<string> RunningReleases()
    {
        var releases = File("releases") + "/";
        return [.. Processes().Where(line => line.Contains(releases, StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(releases, StringComparison.Ordinal) + releases.Length)..].Split('/')[0])
            .Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Clients of the real API: keep-alive and new connections, slow requests, uploads under way, the dashboard.</summary>
    internal RequestLoad Load()
    {
        var load = new RequestLoad(Url);
        var line = 0;
        load.Add(keepAlive: true, static () => new HttpRequestMessage(HttpMethod.Get, "/api/v1/health"));
        load.Add(keepAlive: false, static () => new HttpRequestMessage(HttpMethod.Get, "/api/v1/health"));
        load.Add(keepAlive: true, static () => new HttpRequestMessage(HttpMethod.Get, "/dashboard/"));
        load.Add(keepAlive: false, static () => Search());
        load.Add(keepAlive: true, () => new HttpRequestMessage(HttpMethod.Put, "/api/v1/collections/load/records")
        {
            Content = JsonContent.Create(new { records = new[] { new { id = $"{Interlocked.Increment(ref line) % 100}", text = "a ship in the night" } } }),
        });
        for (var client = 0; client < 2; client++)
        {
            load.Add(keepAlive: client == 0, static () => new HttpRequestMessage(HttpMethod.Post, "/api/v1/collections/load/uploads?format=csv&idColumn=id&textColumn=text")
            {
                Content = new TrickledContent([.. Enumerable.Range(0, 20).Select(static row => (ReadOnlyMemory<byte>)Encode(row))], TimeSpan.FromMilliseconds(50))
                {
                    Headers = { ContentType = new("text/csv") },
                },
            });
        }

        return load;

        static HttpRequestMessage Search() => new(HttpMethod.Post, "/api/v1/collections/load/search") { Content = JsonContent.Create(new { text = "a ship", topK = 3 }) };

        static byte[] Encode(int row) => System.Text.Encoding.UTF8.GetBytes(row == 0 ? "id,text\n" : $"{row},row {row} of a slow upload\n");
    }

    /// <summary>Command lines of the processes that run from the environment's folder or from the copy of the repository.</summary>
    private IEnumerable<string> Processes() =>
        from folder in Directory.GetDirectories("/proc")
        where int.TryParse(Path.GetFileName(folder), out _)
        let line = Read(folder, "cmdline")
        where line.Contains(_folder.Path, StringComparison.Ordinal) || line.Contains(Checkout.Root, StringComparison.Ordinal)
        select line;

    private static string Read(string process, string file)
    {
        try
        {
            return System.IO.File.ReadAllText(Path.Combine(process, file)).Replace('\0', ' ');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has just ended, or is somebody else's.
            return "";
        }
    }

    private async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var (output, _) = await RunAsync(arguments);
        return JsonDocument.Parse(output).RootElement;
    }
}
