using System.Text.Json.Nodes;
using Cake.Core;
using Cake.Frosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Spectre.Console;
using VectorDb.Build.ApiKeys;
using VectorDb.Build.Backups;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments;
using VectorDb.Build.Environments.Local;
using VectorDb.Build.Processes;
using VectorDb.Build.Publishing;
using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Files;
using VectorDb.Build.Releases.Locking;
using VectorDb.Build.Reporting;
using VectorDb.Build.Rollout;
using VectorDb.Build.SmokeTest;
using VectorDb.Build.Tests.SmokeTest;

namespace VectorDb.Build.Tests.Rollout;

/// <summary>Runs targets on a real Cake host, in a repository and an environment of the test's own.</summary>
internal sealed class BuildRun : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private CancellationTokenSource _signal = new();

    private BuildRun(SampleApi api)
    {
        Api = api;
        Rollout = new FakeRollout(api);
        api.Release = () => Rollout.Active?.Value ?? "none";
        Environment = new TestEnvironment(_folder.Path, Rollout, new LocalSmokeKey(Keys));
        Data = new StoredFolder(_folder.File("environment"));
    }

    public SampleApi Api { get; }

    public FakeRollout Rollout { get; }

    public LocalApiKeys Keys => new(_folder.File("environment", "secrets"));

    public TestEnvironment Environment { get; }

    public StoredFolder Data { get; }

    public string Output { get; private set; } = "";

    public string File(params string[] parts) => _folder.File(parts);

    public static async Task<BuildRun> CreateAsync() => new(await SampleApi.StartAsync());

    /// <summary>Lays out other bytes, as a source change would.</summary>
    public ReleaseId Publish(string content)
    {
        foreach (var name in PublishedOutput.ServiceNames.Append(PublishedOutput.HostName))
        {
            Directory.CreateDirectory(_folder.File("artifacts", "publish", name));
            System.IO.File.WriteAllText(_folder.File("artifacts", "publish", name, "program.dll"), name == PublishedOutput.HostName ? "host" : content);
        }

        return Manifest.IdOf(PublishedOutput.Read(_folder.File("artifacts", "publish")).Services, Environment.Configuration);
    }

    public ReleaseId Deploy(string content)
    {
        var release = Publish(content);
        Assert.Equal(0, Run("--target=Deploy", "--exclusive"));
        return release;
    }

    /// <summary>What Ctrl+C does to the run that goes on.</summary>
    public void Signal() => _signal.Cancel();

    /// <returns>The exit code.</returns>
    public int Run(params string[] args)
    {
        var (invocation, problems) = ArgumentParser.Parse(args, Target.Of(typeof(BuildContext).Assembly));
        Assert.Empty(problems);
        _signal.Dispose();
        _signal = new CancellationTokenSource();
        var session = new BuildSession(_folder.Path, invocation!, _signal.Token);
        using var output = new StringWriter();
        var exitCode = new CakeHost()
            .AddAssembly(typeof(BuildContext).Assembly)
            .UseContext<BuildContext>()
            .UseStartup<Startup>()
            .ConfigureServices(services => services
                .AddSingleton(session)
                .AddSingleton(new CommandRunner(TimeProvider.System))
                .RemoveAll<IAnsiConsole>()
                .AddSingleton(BuildConsole.Create(output))
                .RemoveAll<IReleaseEnvironment>()
                .AddSingleton<IReleaseEnvironment>(Environment)
                .RemoveAll<IApiKeyStore>()
                .AddSingleton<IApiKeyStore>(Keys)
                .RemoveAll<IStoredData>()
                .AddSingleton<IStoredData>(Data))
            .Run(invocation!.CakeArguments());
        Output = output.ToString();
        return session.ExitCode == 0 ? exitCode : session.ExitCode;
    }

    public JsonNode Json(params string[] args)
    {
        Run(args);
        return JsonNode.Parse(Output)!;
    }

    /// <returns>The events of the ledger, oldest first.</returns>
    public async Task<IEnumerable<(LedgerEvent Event, ReleaseId? Release)>> LedgerAsync() =>
        (await Environment.Ledger.ReadAsync(TestContext.Current.CancellationToken)).Select(entry => (entry.Event, entry.Release));

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        _signal.Dispose();
        _folder.Dispose();
    }
}

internal sealed class TestEnvironment(string root, IRollout rollout, LocalSmokeKey smokeKey) : IReleaseEnvironment
{
    public string Name => "local";

    public ILedger Ledger { get; } = new FileLedger(Path.Combine(root, "ledger.jsonl"));

    public ReleaseLock Lock => new(new FileLockStore(Path.Combine(root, "lock.json")), new SystemProcessTable(), TimeProvider.System);

    public IReleaseCatalog Catalog { get; } = new FileReleaseCatalog(Path.Combine(root, "releases"));

    public IRollout Rollout => rollout;

    public Retention Retention { get; init; } = new(Keep: 2);

    public IReadOnlyDictionary<string, string> Configuration { get; set; } = new Dictionary<string, string> { ["VECTORDB_STORE"] = "embedded" };

    public EnvironmentRules Rules { get; init; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60), FreezesAfterRollback: false, DemandsFullSuite: false);

    public IReadOnlyList<OmittedStep> OmittedSteps { get; } = [new("TerraformPlan", "there is nothing to plan")];

    public Task<Identity> IdentifyAsync(CancellationToken cancellationToken) => Task.FromResult(new Identity("ada@laptop", "laptop/42"));

    public Task<Manifest> DescribeAsync(Authorship authorship, CancellationToken cancellationToken)
    {
        var output = PublishedOutput.Read(Path.Combine(root, "artifacts", "publish"));
        return Task.FromResult(new Manifest(
            Manifest.IdOf(output.Services, Configuration), authorship.Commit, authorship.At, authorship.Owner, output.Services, output.Host, Configuration, SchemaCompatibility.OfThisTree));
    }

    public async Task<SmokeTarget> SmokeTargetAsync(Manifest? release, CancellationToken cancellationToken) =>
        new((await rollout.StatusAsync(cancellationToken)).Url, release?.Release, await smokeKey.OfAsync(release?.Configuration ?? Configuration, cancellationToken));
}
