using System.Collections;
using Amazon;
using Amazon.S3;
using Amazon.SimpleSystemsManagement;
using Cake.Core;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;
using VectorDb.Build.ApiKeys;
using VectorDb.Build.Backups;
using VectorDb.Build.Benchmarking;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Compilation;
using VectorDb.Build.Environments;
using VectorDb.Build.Environments.Local;
using VectorDb.Build.Environments.Rehearsal;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Processes;
using VectorDb.Build.Publishing;
using VectorDb.Build.Releases;
using VectorDb.Build.Rendering;
using VectorDb.Build.Reporting;
using VectorDb.Build.Rollout;
using VectorDb.Build.SmokeTest;
using VectorDb.Build.Testing;

namespace VectorDb.Build;

/// <summary>Puts the feature folders together.</summary>
internal static class ReleaseServices
{
    public static IServiceCollection AddReleases(this IServiceCollection services) => services
        .AddSingleton(_ => BuildConsole.Create(Console.Out))
        .AddSingleton(at => new StepJournal(at.Get<IAnsiConsole>(), at.Get<TimeProvider>()))
        .AddSingleton<ICakeReportPrinter>(at => new SummaryPrinter(at.Get<StepJournal>(), at.Get<IAnsiConsole>()))
        .AddSingleton(at => LocalHome.Of(at.Get<BuildSession>().RepositoryRoot, System.Environment.GetEnvironmentVariable(LocalHome.Variable)))
        .AddSingleton<IReleaseEnvironment>(at => new LocalEnvironment(
            at.Get<LocalHome>(), at.Get<BuildSession>().Invocation.Value(Options.Port), LocalConfiguration.From(Variables()), at.Get<TimeProvider>()))
        .AddSingleton<IApiKeyStore>(at => new LocalApiKeys(at.Get<LocalHome>().Secrets))
        .AddSingleton<IStoredData>(at => new LocalData(at.Get<LocalHome>(), at.Get<IReleaseEnvironment>(), at.Get<CommandRunner>(), at.Get<TimeProvider>()))
        .AddBuilding()
        .AddInfrastructure()
        .AddRollout()
        .AddData();

    private static IServiceCollection AddBuilding(this IServiceCollection services) => services
        .AddSingleton(at => new Workspace(at.Get<BuildSession>().RepositoryRoot, at.Get<StepJournal>()))
        .AddSingleton(at => new SourceRevision(at.Get<Workspace>().Root, at.Get<CommandRunner>()))
        .AddSingleton(at => new Compiler(at.Get<Workspace>(), at.Get<CommandRunner>(), at.Get<StepJournal>()))
        .AddSingleton(at => new Publication(at.Get<Workspace>(), at.Get<StepJournal>()))
        .AddSingleton(at => new TestRunner(at.Get<CommandRunner>(), at.Get<Workspace>().TestResults))
        .AddSingleton(at => new TestMemory(at.Get<LocalHome>().TestResults, at.Get<Workspace>().Root))
        .AddSingleton(at => new TestSession(at.Get<Workspace>().Root, at.Get<TestRunner>(), at.Get<TestMemory>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new SettingsSource(at.Get<Workspace>().Root, new Dictionary<string, string>(Variables(), StringComparer.Ordinal), Systems))
        .AddSingleton(at => new ReleaseRendering(at.Get<Workspace>(), at.Get<SourceRevision>(), at.Get<SettingsSource>(), at.Get<StepJournal>()))
        .AddSingleton(at => new FullTest(at.Get<Compiler>(), at.Get<TestSession>(), at.Get<StepJournal>()))
        .AddSingleton(at => new Benchmark(
            at.Get<Workspace>(), at.Get<Compiler>(), at.Get<SourceRevision>(), at.Get<CommandRunner>(), at.Get<StepJournal>(), at.Get<TimeProvider>()));

    private static IServiceCollection AddInfrastructure(this IServiceCollection services) => services
        .AddSingleton(at => new InfrastructureRehearsal(at.Get<CommandRunner>(), at.Get<Workspace>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new InfrastructureRun(at.Get<BuildSession>().Invocation.Value(Options.Environment), at.Get<InfrastructureRehearsal>(), at.Get<StepJournal>()));

    private static IServiceCollection AddRollout(this IServiceCollection services) => services
        .AddSingleton<HttpMessageHandler>(_ => new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
        .AddSingleton(at => new SmokeSuite(at.Get<HttpMessageHandler>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new ReleaseGate(at.Get<IReleaseEnvironment>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new FailureReport(at.Get<IReleaseEnvironment>(), at.Get<StepJournal>()))
        .AddSingleton(at => new SmokeTestKey(at.Get<IApiKeyStore>()))
        .AddSingleton(at => new Switchover(
            at.Get<IReleaseEnvironment>(), at.Get<ReleaseGate>(), at.Get<SmokeSuite>(), at.Get<SmokeTestKey>(), at.Get<FailureReport>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new Deployment(
            at.Get<IReleaseEnvironment>(), at.Get<ReleaseGate>(), at.Get<Publication>(), at.Get<SourceRevision>(), at.Get<Switchover>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new Rollback(at.Get<IReleaseEnvironment>(), at.Get<ReleaseGate>(), at.Get<Switchover>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new Shutdown(at.Get<IReleaseEnvironment>(), at.Get<ReleaseGate>(), at.Get<StepJournal>()))
        .AddSingleton(at => new SmokeRun(at.Get<IReleaseEnvironment>(), at.Get<SmokeSuite>(), at.Get<SmokeTestKey>(), at.Get<FailureReport>(), at.Get<StepJournal>()))
        .AddSingleton(at => new StatusReport(at.Get<IReleaseEnvironment>(), at.Get<IAnsiConsole>()))
        .AddSingleton(at => new HistoryReport(at.Get<IReleaseEnvironment>(), at.Get<IAnsiConsole>()));

    private static IServiceCollection AddData(this IServiceCollection services) => services
        .AddSingleton(at => new KeyCreation(at.Get<IApiKeyStore>(), at.Get<IAnsiConsole>(), Console.Error))
        .AddSingleton(_ => new BackupPlaces(Storage))
        .AddSingleton(at => new Backup(at.Get<IStoredData>(), at.Get<BackupPlaces>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new Restore(
            at.Get<IReleaseEnvironment>(), at.Get<ReleaseGate>(), at.Get<IStoredData>(), at.Get<BackupPlaces>(), at.Get<SmokeSuite>(), at.Get<SmokeTestKey>(), at.Get<StepJournal>()));

    private static T Get<T>(this IServiceProvider services)
        where T : notnull => services.GetRequiredService<T>();

    private static AmazonSimpleSystemsManagementClient Systems(string region, Uri? endpoint) => new(endpoint is null
        ? new AmazonSimpleSystemsManagementConfig { RegionEndpoint = RegionEndpoint.GetBySystemName(region) }
        : new AmazonSimpleSystemsManagementConfig { ServiceURL = endpoint.AbsoluteUri, AuthenticationRegion = region });

    /// <summary>Credentials and region as everywhere in AWS; an emulator where one stands in for it.</summary>
    private static AmazonS3Client Storage() => System.Environment.GetEnvironmentVariable(SettingsCatalogue.AwsEndpoint.Name) is { Length: > 0 } endpoint
        ? new AmazonS3Client(new AmazonS3Config { ServiceURL = endpoint, ForcePathStyle = true, AuthenticationRegion = System.Environment.GetEnvironmentVariable(SettingsCatalogue.Region.Name) })
        : new AmazonS3Client();

    private static IEnumerable<KeyValuePair<string, string>> Variables() => System.Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value ?? ""));
}
