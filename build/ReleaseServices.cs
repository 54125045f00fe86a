using System.Collections;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.SimpleSystemsManagement;
using Cake.Core;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;
using VectorDb.Build.ApiKeys;
using VectorDb.Build.Backups;
using VectorDb.Build.Benchmarking;
using VectorDb.Build.Bootstrap;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Compilation;
using VectorDb.Build.Environments;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Environments.Local;
using VectorDb.Build.Environments.Rehearsal.Story;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Images;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Infrastructure.Destruction;
using VectorDb.Build.LoadTest;
using VectorDb.Build.Preflight;
using VectorDb.Build.Processes;
using VectorDb.Build.Publishing;
using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Aws;
using VectorDb.Build.Rendering;
using VectorDb.Build.Reporting;
using VectorDb.Build.Rollout;
using VectorDb.Build.Secrets;
using VectorDb.Build.SmokeTest;
using VectorDb.Build.Tasks;
using VectorDb.Build.Testing;

namespace VectorDb.Build;

/// <summary>Puts the feature folders together.</summary>
internal static class ReleaseServices
{
    public static IServiceCollection AddReleases(this IServiceCollection services) => services
        .AddSingleton(_ => BuildConsole.Create(Console.Out))
        .AddSingleton(at => new StepJournal(at.Get<IAnsiConsole>(), at.Get<TimeProvider>()))
        .AddSingleton<ICakeReportPrinter>(at => new SummaryPrinter(at.Get<StepJournal>(), at.Get<IAnsiConsole>()))
        .AddSingleton(at => new RunReporter(
            at.Get<Workspace>().Artifacts, at.Environment(), PipelineOutput.From(System.Environment.GetEnvironmentVariable), at.Get<StepJournal>(), at.Get<IAnsiConsole>(), at.Get<TimeProvider>()))
        .AddSingleton(_ => Terminal.OfThisProcess())
        .AddSingleton(at => LocalHome.Of(at.Get<BuildSession>().RepositoryRoot, System.Environment.GetEnvironmentVariable(LocalHome.Variable)))
        // No environment can be made of settings that a preflight finds wrong; it looks at them alone.
        .AddSingleton<IReleaseEnvironment>(at => at.NeedsNoAccount() ? at.Local() : at.Get<AwsEnvironment>())
        .AddSingleton(at => new ReleaseSteps(at.Get<IReleaseEnvironment>(), at.Get<StepJournal>(), at.Get<BuildSession>().Invocation.Target))
        .AddSingleton(at => new Lazy<AwsAccount>(() => at.Get<AwsAccount>()))
        .AddSingleton<IApiKeyStore>(at => at.NeedsNoAccount() ? new LocalApiKeys(at.Get<LocalHome>().Secrets) : new SecretApiKeys(at.Get<AwsAccount>().Services.SecretsManager, at.Environment()))
        .AddSingleton<IStoredData>(at => new LocalData(at.Get<LocalHome>(), at.Get<IReleaseEnvironment>(), at.Get<CommandRunner>(), at.Get<TimeProvider>()))
        .AddAws()
        .AddBuilding()
        .AddAccount()
        .AddInfrastructure()
        .AddRollout()
        .AddData();

    private static IServiceCollection AddBuilding(this IServiceCollection services) => services
        .AddSingleton(at => new Workspace(
            at.Get<BuildSession>().RepositoryRoot, new Orphans(at.Get<BuildSession>().RepositoryRoot, new SystemProcessTable()), at.Get<StepJournal>()))
        .AddSingleton(at => new SourceRevision(at.Get<Workspace>().Root, at.Get<CommandRunner>()))
        .AddSingleton(at => new CompiledOutput(at.Get<Workspace>()))
        .AddSingleton(at => new Compiler(
            at.Get<Workspace>(), at.Get<CompiledOutput>(), at.Get<CommandRunner>(), at.Get<StepJournal>(), analyze: at.Get<BuildSession>().Invocation.Target is BuildTask.Name or TestTask.Name))
        .AddSingleton(at => new Publication(at.Get<Workspace>(), at.Get<CompiledOutput>(), at.Get<StepJournal>()))
        .AddSingleton(at => new TestRunner(at.Get<CommandRunner>(), at.Get<Workspace>().TestResults, at.Get<Workspace>().Mark))
        .AddSingleton(at => new TestMemory(at.Get<LocalHome>().TestResults, at.Get<Workspace>().Root))
        .AddSingleton(at => new TestSession(at.Get<Workspace>().Root, at.Get<TestRunner>(), at.Get<TestMemory>(), at.Get<StepJournal>(), at.Get<TimeProvider>(),
            // To plan, or to push what is to be planned, takes no proof.
            new Lazy<bool>(() => at.Get<ReleaseGate>().IsEntered && at.Get<IReleaseEnvironment>().Rules.DemandsFullSuite)))
        .AddSingleton(at => new SettingsSource(at.Get<Workspace>().Root, new Dictionary<string, string>(Variables(), StringComparer.Ordinal), Systems))
        .AddSingleton(at => new ReleaseRendering(at.Get<Workspace>(), at.Get<SourceRevision>(), at.Get<ReleaseSteps>(), new Lazy<AwsRelease?>(() => at.IsLocal() ? null : at.Get<AwsRelease>())))
        .AddSingleton(at => new FullTest(at.Get<Compiler>(), at.Get<TestSession>(), at.Get<StepJournal>()))
        .AddSingleton(at => new Benchmark(
            at.Get<Workspace>(), at.Get<Compiler>(), at.Get<SourceRevision>(), at.Get<CommandRunner>(), at.Get<StepJournal>(), at.Get<TimeProvider>()));

    // What needs an account gets it late: every task is built for every run, that of another environment too.
    private static IServiceCollection AddAccount(this IServiceCollection services) => services
        .AddSingleton(at => new Foundation(at.Get<CommandRunner>(), at.Get<Workspace>(), at.Get<Approval>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new PinnedFileStore(new SocketsHttpHandler(), at.Get<StepJournal>()))
        .AddSingleton(at => new SecretReaders(at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new CacheRotation(at.Get<SecretReaders>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new SecretKeeper(
            at.Get<Lazy<AwsAccount>>(), at.Get<Terminal>(), at.Get<SecretReaders>(), at.Get<CacheRotation>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton<IPreflight>(at => at.IsLocal() ? new LocalPreflight(Variables(), at.Get<LocalHome>()) : at.Get<PreflightCheck>())
        .AddSingleton(at => new PreflightCheck(
            at.Environment(), at.Get<SettingsSource>(), at.Get<Workspace>(), at.Get<CommandRunner>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new EnvironmentDestruction(
            at.Get<Lazy<AwsAccount>>(), at.Get<ReleaseGate>(), at.Get<Workspace>(), at.Get<CommandRunner>(), at.Get<Terminal>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new EnvironmentBootstrap(at.Get<Lazy<AwsAccount>>(), at.Get<Foundation>(), at.Get<PinnedFileStore>(), at.Get<StepJournal>()));

    private static IServiceCollection AddInfrastructure(this IServiceCollection services) => services
        .AddSingleton(at => new Approval(at.Get<Terminal>(), at.Get<StepJournal>()))
        .AddSingleton(at => new DockerClient(at.Get<CommandRunner>()))
        .AddSingleton(at => new ImageBuilder(at.Get<DockerClient>()))
        .AddSingleton(at => new ReleaseImages(
            at.Get<Workspace>(), at.Get<ReleaseSteps>(), at.Get<StepJournal>(), at.Get<ImageBuilder>(), at.Get<DockerClient>(), new Lazy<ImageTarget?>(() => at.IsLocal() ? null : at.Images()),
            at.Get<BuildSession>().Invocation.Value(Options.Unpushed)))
        .AddSingleton(at => new Rehearsal(at.Get<CommandRunner>(), at.Get<Workspace>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new ReleaseInfrastructure(at.Get<ReleaseSteps>(), at.Get<ReleaseGate>(), new Lazy<AwsInfrastructure>(at.Get<AwsInfrastructure>)));

    private static IServiceCollection AddAws(this IServiceCollection services) => services
        .AddSingleton(at => new AwsAccount(at.Environment(), at.Settings(), at.Get<TimeProvider>()))
        .AddSingleton(at => new S3ReleaseCatalog(at.Get<AwsAccount>().S3, at.Get<AwsAccount>().ReleaseBucket))
        .AddSingleton(at => new AwsDrafts(at.Get<AwsAccount>(), at.Get<Workspace>(), at.Get<SourceRevision>(), at.Get<S3ReleaseCatalog>()))
        .AddSingleton(at => new AwsRelease(at.Get<AwsAccount>(), at.Get<AwsDrafts>(), at.Get<Workspace>()))
        .AddSingleton(at => new AwsTerraform(at.Get<AwsAccount>(), at.Get<Workspace>()))
        .AddSingleton(at => new AwsInfrastructure(
            at.Get<AwsAccount>(), at.Get<AwsRelease>(), at.Get<AwsTerraform>(), at.Get<Approval>(), new AbandonedLock(new Lazy<ReleaseGate>(at.Get<ReleaseGate>), at.Get<StepJournal>(), at.Get<TimeProvider>()),
            at.Get<Workspace>(), at.Get<CommandRunner>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton<IPublishedTemplates>(at => at.Get<AwsInfrastructure>())
        .AddSingleton(at => new Fleets(at.Get<AwsAccount>()))
        .AddSingleton(at => new FleetRefresh(
            at.Get<AwsAccount>(), at.Get<Fleets>(), token => at.Get<ReleaseGate>().EnsureHeldAsync(token), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new AwsRollout(
            at.Get<AwsAccount>(), at.Get<S3ReleaseCatalog>(), at.Get<AwsRelease>(), at.Get<Fleets>(), at.Get<FleetRefresh>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new AwsEnvironment(
            at.Get<AwsAccount>(), at.Get<S3ReleaseCatalog>(), at.Get<AwsRelease>(), at.Get<IPublishedTemplates>(), at.Get<Fleets>(), at.Get<AwsRollout>(), at.Get<TimeProvider>()));

    private static IServiceCollection AddRollout(this IServiceCollection services) => services
        .AddSingleton<ISmokeNetwork, SmokeNetwork>()
        .AddSingleton(at => new SmokeSuite(at.Get<ISmokeNetwork>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new ReleaseGate(at.Get<IReleaseEnvironment>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new DeployFreeze(at.Get<IReleaseEnvironment>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new FailureReport(at.Get<IReleaseEnvironment>(), at.Get<StepJournal>()))
        .AddSingleton(at => new LocalSmokeKey(new LocalApiKeys(at.Get<LocalHome>().Secrets)))
        .AddSingleton(at => new Switchover(
            at.Get<IReleaseEnvironment>(), at.Get<ReleaseGate>(), at.Get<SmokeSuite>(), at.Get<FailureReport>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new Deployment(
            at.Get<IReleaseEnvironment>(), at.Get<ReleaseGate>(), at.Get<SourceRevision>(), at.Get<Switchover>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new Rollback(at.Get<IReleaseEnvironment>(), at.Get<ReleaseGate>(), at.Get<Switchover>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new PromotionSource(at.Get<Lazy<AwsAccount>>(), at.Get<SettingsSource>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new ProvedImages(at.Get<Workspace>(), at.Get<PromotionSource>(), new Lazy<ImageTarget>(at.Images), new ImageCopier(new SocketsHttpHandler(), at.Get<TimeProvider>())))
        .AddSingleton(at => new Promotion(at.Get<ProvedImages>(), at.Get<ReleaseRendering>(), at.Get<ReleaseInfrastructure>(), at.Get<Deployment>(), at.Get<StepJournal>()))
        .AddSingleton(at => new Shutdown(at.Get<IReleaseEnvironment>(), at.Get<ReleaseGate>(), at.Get<StepJournal>()))
        .AddSingleton(at => new SmokeRun(at.Get<IReleaseEnvironment>(), at.Get<SmokeSuite>(), at.Get<FailureReport>(), at.Get<StepJournal>()))
        .AddSingleton(at => new LoadSession(
            at.Get<IReleaseEnvironment>(), System.Environment.GetEnvironmentVariable(ApiKey.Variable), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new StatusReport(at.Get<IReleaseEnvironment>(), at.Get<IAnsiConsole>()))
        .AddSingleton(at => new HistoryReport(at.Get<IReleaseEnvironment>(), at.Get<IAnsiConsole>()));

    private static IServiceCollection AddData(this IServiceCollection services) => services
        .AddSingleton(at => new KeyCreation(at.Get<IApiKeyStore>(), at.Get<IAnsiConsole>(), Console.Error))
        .AddSingleton(_ => new BackupPlaces(Storage))
        .AddSingleton(at => new Backup(at.Get<IStoredData>(), at.Get<BackupPlaces>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new Restore(
            at.Get<IReleaseEnvironment>(), at.Get<ReleaseGate>(), at.Get<IStoredData>(), at.Get<BackupPlaces>(), at.Get<SmokeSuite>(), at.Get<StepJournal>()));

    private static string Environment(this IServiceProvider services) => services.Get<BuildSession>().Invocation.Value(Options.Environment);

    private static bool IsLocal(this IServiceProvider services) => services.Environment() == LocalEnvironment.LocalName;

    /// <summary>Preflight reports settings that are missing; nothing may read them before it does.</summary>
    private static bool NeedsNoAccount(this IServiceProvider services) => services.IsLocal() || services.Get<BuildSession>().Invocation.Target == PreflightTask.Name;

    private static LocalEnvironment Local(this IServiceProvider at) => new(
        at.Get<LocalHome>(), at.Get<BuildSession>().Invocation.Value(Options.Port), LocalConfiguration.From(Variables()), at.Get<Publication>(), at.Get<LocalSmokeKey>(), at.Get<TimeProvider>());

    private static ImageTarget Images(this IServiceProvider at)
    {
        var account = at.Get<AwsAccount>();
        var registry = new EcrRegistry(account.Services.Ecr, account.Environment);
        return new ImageTarget(
            account.Environment,
            registry,
            new ImagePusher(at.Get<DockerClient>(), registry, at.Get<TimeProvider>()),
            new ScanGate(registry, account.Settings.Require(SettingsCatalogue.ScanThreshold), at.Get<TimeProvider>()),
            account.Settings[SettingsCatalogue.RuntimeImage],
            account.Settings[SettingsCatalogue.NginxImage]);
    }

    private static EnvironmentSettings Settings(this IServiceProvider services) =>
        services.Get<SettingsSource>().LoadAsync(services.Environment(), services.Get<BuildSession>().Cancellation).GetAwaiter().GetResult();

    private static T Get<T>(this IServiceProvider services)
        where T : notnull => services.GetRequiredService<T>();

    private static AmazonSimpleSystemsManagementClient Systems(string region, Uri? endpoint, AWSCredentials? credentials)
    {
        var config = endpoint is null
            ? new AmazonSimpleSystemsManagementConfig { RegionEndpoint = RegionEndpoint.GetBySystemName(region) }
            : new AmazonSimpleSystemsManagementConfig { ServiceURL = endpoint.AbsoluteUri, AuthenticationRegion = region };
        return credentials is null ? new AmazonSimpleSystemsManagementClient(config) : new AmazonSimpleSystemsManagementClient(credentials, config);
    }

    /// <summary>Credentials and region as everywhere in AWS; an emulator where one stands in for it.</summary>
    private static AmazonS3Client Storage() => System.Environment.GetEnvironmentVariable(SettingsCatalogue.AwsEndpoint.Name) is { Length: > 0 } endpoint
        ? new AmazonS3Client(new AmazonS3Config { ServiceURL = endpoint, ForcePathStyle = true, AuthenticationRegion = System.Environment.GetEnvironmentVariable(SettingsCatalogue.Region.Name) })
        : new AmazonS3Client();

    private static IEnumerable<KeyValuePair<string, string>> Variables() => System.Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value ?? ""));
}
