using Cake.Core.Diagnostics;
using Cake.Frosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Spectre.Console;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Images;
using VectorDb.Build.Preflight;
using VectorDb.Build.Processes;
using VectorDb.Build.Publishing;
using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Aws;
using VectorDb.Build.Releases.Locking;
using VectorDb.Build.Reporting;
using VectorDb.Build.SmokeTest;
using VectorDb.Build.Tests.Emulator;
using VectorDb.Build.Tests.SmokeTest;

namespace VectorDb.Build.Tests.Environments.Aws;

/// <summary>
/// Runs targets on a real Cake host against an emulated environment. Only the terminal, the clock's pace, the network of the smoke test
/// and, unless Terraform is asked for, the apply are a test's own.
/// </summary>
internal sealed class AwsBuildRun : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _digests = new(StringComparer.Ordinal);
    private CancellationTokenSource _signal = new();

    private readonly bool _terraform;
    private bool _isGuest;

    private AwsBuildRun(AwsSite site, SampleApi api, bool terraform)
    {
        (Site, Api, Applied, _terraform) = (site, api, new AppliedTemplates(site), terraform);
        Ledger = new DynamoLedger(site.Account.Dynamo, site.Account.ReleaseTable);
        Catalog = new S3ReleaseCatalog(site.Account.S3, site.Account.ReleaseBucket);
        Lock = new ReleaseLock(new DynamoLockStore(site.Account.Dynamo, site.Account.ReleaseTable), new SystemProcessTable(), TimeProvider.System);
    }

    public AwsSite Site { get; }

    public SampleApi Api { get; }

    public AppliedTemplates Applied { get; }

    public ILedger Ledger { get; }

    public IReleaseCatalog Catalog { get; }

    public ReleaseLock Lock { get; }

    public string Root => _folder.Path;

    /// <summary>Another checkout that releases to the same environment; to be disposed of before this one.</summary>
    public async Task<AwsBuildRun> AnotherAsync()
    {
        var guest = await CreateAsync(Site);
        guest._isGuest = true;
        return guest;
    }

    public string Output { get; private set; } = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<AwsBuildRun> CreateAsync(EmulatorFixture aws, bool bootstrapped = true) =>
        await CreateAsync(bootstrapped ? await AwsSite.CreateAsync(aws) : AwsSite.Bare(aws));

    /// <param name="terraform">Whether the real Terraform makes what is in the site.</param>
    public static async Task<AwsBuildRun> CreateAsync(AwsSite site, bool terraform = false)
    {
        var run = new AwsBuildRun(site, await SampleApi.StartAsync(), terraform);
        string[] folders = ["scripts/templates", "monitoring", "nginx"];
        foreach (var folder in terraform ? [.. folders, "terraform"] : folders)
        {
            Copy(Path.Combine(Repository.Root, folder), Path.Combine(run.Root, folder));
        }

        foreach (var project in new[] { "VectorDb.Api", "VectorDb.Worker", "VectorDb.Dashboard" })
        {
            Directory.CreateDirectory(Path.Combine(run.Root, "src", project));
            File.Copy(Path.Combine(Repository.Root, "src", project, "Dockerfile"), Path.Combine(run.Root, "src", project, "Dockerfile"));
        }

        run.Set();
        return run;
    }

    /// <summary>Writes the environment's file of settings.</summary>
    public void Set(params (string Name, string Value)[] more) => File.WriteAllLines(
        Path.Combine(Root, $".env.{Site.Name}"), Site.Variables.Select(static each => $"{each.Key}={each.Value}").Concat(more.Select(static each => $"{each.Name}={each.Value}")));

    /// <summary>Lays out other bytes and says that their images were pushed, as the steps before a rollout do.</summary>
    /// <param name="digests">Of the images, by repository; null for any.</param>
    public async Task PublishAsync(string content, IReadOnlyDictionary<string, string>? digests = null)
    {
        foreach (var name in PublishedOutput.ServiceNames.Append(PublishedOutput.HostName))
        {
            Directory.CreateDirectory(Path.Combine(Root, "artifacts", "publish", name));
            await File.WriteAllTextAsync(Path.Combine(Root, "artifacts", "publish", name, "program.dll"), $"{name} {content}", Token);
        }

        var recipes = ImageRecipe.OfRelease(Root);
        await new PushedRelease(
            PublishedOutput.Read(Path.Combine(Root, "artifacts", "publish")).Services,
            ReleaseSources.Of(Root, recipes),
            digests ?? recipes.ToDictionary(static recipe => recipe.Repository, static recipe => recipe.StandInDigest(), StringComparer.Ordinal))
            .WriteAsync(Path.Combine(Root, "artifacts"), Site.Name, Token);
    }

    public async Task<ReleaseId> DeployAsync(string content, IReadOnlyDictionary<string, string>? digests = null)
    {
        await PublishAsync(content, digests);
        var exitCode = await RunAsync("Deploy", "--exclusive");
        Assert.True(exitCode == 0, Output);
        return (await LedgerAsync()).Last(static entry => entry.Event == LedgerEvent.Verified).Release!.Value;
    }

    /// <summary>What Ctrl+C does.</summary>
    public Task SignalAsync() => _signal.CancelAsync();

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(string target, params string[] more)
    {
        _signal.Dispose();
        _signal = new CancellationTokenSource();
        using var output = new StringWriter();
        var exitCode = await Task.Run(() => Run([$"--target={target}", $"--environment={Site.Name}", .. more], output), Token);
        Output = output.ToString();
        return exitCode;
    }

    public async Task<IReadOnlyList<LedgerEntry>> LedgerAsync() => await Ledger.ReadAsync(Token);

    public async Task<IEnumerable<(LedgerEvent Event, ReleaseId? Release)>> EventsAsync() => (await LedgerAsync()).Select(static entry => (entry.Event, entry.Release));

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        if (!_isGuest)
        {
            await Site.DisposeAsync();
        }

        _signal.Dispose();
        _folder.Dispose();
    }

    private int Run(string[] args, StringWriter output)
    {
        var (invocation, problems) = ArgumentParser.Parse(args, Target.Of(typeof(BuildContext).Assembly));
        Assert.Empty(problems);
        var session = new BuildSession(Root, invocation!, _signal.Token);
        var exitCode = new CakeHost()
            .AddAssembly(typeof(BuildContext).Assembly)
            .UseContext<BuildContext>()
            .UseStartup<Startup>()
            .ConfigureServices(services => services
                .AddSingleton(session)
                .AddSingleton(new CommandRunner(TimeProvider.System))
                .RemoveAll<ICakeLog>()
                .AddSingleton<ICakeLog>(new WrittenLog(output))
                .RemoveAll<IAnsiConsole>()
                .AddSingleton(BuildConsole.Create(output))
                .RemoveAll<TimeProvider>()
                .AddSingleton(Site.Time)
                .RemoveAll<IPreflight>()
                .AddSingleton<IPreflight>(new NoPreflight())
                .RemoveAll<IPublishedTemplates>()
                .AddSingleton(at => Knowing(
                    _terraform ? at.GetRequiredService<AwsInfrastructure>() : Applied.Of(at.GetRequiredService<AwsRelease>()), at.GetRequiredService<AwsRelease>()))
                .RemoveAll<ISmokeNetwork>()
                .AddSingleton<ISmokeNetwork>(new SiteNetwork(Site, Api, _digests)))
            .Run(invocation!.CakeArguments());
        return session.ExitCode == 0 ? exitCode : session.ExitCode;
    }

    private IPublishedTemplates Knowing(IPublishedTemplates published, AwsRelease release) => new Noting(published, release, _digests);

    private static void Copy(string source, string target)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>Notes which image instances of a release will run.</summary>
    private sealed class Noting(IPublishedTemplates published, AwsRelease release, Dictionary<string, string> digests) : IPublishedTemplates
    {
        public async Task<IReadOnlyDictionary<string, VectorDb.Build.Aws.LaunchTemplateVersion>> LaunchTemplatesAsync(CancellationToken cancellationToken)
        {
            var rendered = await release.RenderAsync(cancellationToken);
            digests[rendered.Draft.Release.Value] = rendered.Draft.Pushed.Images["vectordb-api/app"];
            return await published.LaunchTemplatesAsync(cancellationToken);
        }
    }

    /// <summary>It has tests of its own; here neither Terraform nor an engine is needed.</summary>
    private sealed class NoPreflight : IPreflight
    {
        public Task EnsureAsync(CancellationToken cancellation) => Task.CompletedTask;
    }

    private sealed class WrittenLog(StringWriter output) : ICakeLog
    {
        public Verbosity Verbosity { get; set; } = Verbosity.Normal;

        public void Write(Verbosity verbosity, LogLevel level, string format, params object[] args)
        {
            if (verbosity <= Verbosity)
            {
                output.WriteLine(args.Length == 0 ? format : string.Format(System.Globalization.CultureInfo.InvariantCulture, format, args));
            }
        }
    }
}
