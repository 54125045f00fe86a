using System.Collections;
using Amazon;
using Amazon.SimpleSystemsManagement;
using Cake.Core;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;
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
using VectorDb.Build.Releases.Locking;
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
        .AddBuilding()
        .AddInfrastructure()
        .AddRollout();

    private static IServiceCollection AddBuilding(this IServiceCollection services) => services
        .AddSingleton(at => new Workspace(
            at.Get<BuildSession>().RepositoryRoot, new Orphans(at.Get<BuildSession>().RepositoryRoot, new SystemProcessTable()), at.Get<StepJournal>()))
        .AddSingleton(at => new SourceRevision(at.Get<Workspace>().Root, at.Get<CommandRunner>()))
        .AddSingleton(at => new Compiler(at.Get<Workspace>(), at.Get<CommandRunner>(), at.Get<StepJournal>()))
        .AddSingleton(at => new Publication(at.Get<Workspace>(), at.Get<StepJournal>()))
        .AddSingleton(at => new TestRunner(at.Get<CommandRunner>(), at.Get<Workspace>().TestResults, at.Get<Workspace>().Mark))
        .AddSingleton(at => new TestMemory(at.Get<LocalHome>().TestResults, at.Get<Workspace>().Root))
        .AddSingleton(at => new TestSession(at.Get<Workspace>().Root, at.Get<TestRunner>(), at.Get<TestMemory>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new SettingsSource(at.Get<Workspace>().Root, new Dictionary<string, string>(Variables(), StringComparer.Ordinal), Systems))
        .AddSingleton(at => new ReleaseRendering(at.Get<Workspace>(), at.Get<SourceRevision>(), at.Get<SettingsSource>(), at.Get<StepJournal>()))
        .AddSingleton(at => new FullTest(at.Get<Compiler>(), at.Get<TestSession>(), at.Get<StepJournal>()));

    private static IServiceCollection AddInfrastructure(this IServiceCollection services) => services
        .AddSingleton(at => new InfrastructureRehearsal(at.Get<CommandRunner>(), at.Get<Workspace>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new InfrastructureRun(at.Get<BuildSession>().Invocation.Value(Options.Environment), at.Get<InfrastructureRehearsal>(), at.Get<StepJournal>()));

    private static IServiceCollection AddRollout(this IServiceCollection services) => services
        .AddSingleton<HttpMessageHandler>(_ => new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
        .AddSingleton(at => new SmokeSuite(at.Get<HttpMessageHandler>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new ReleaseGate(at.Get<IReleaseEnvironment>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new FailureReport(at.Get<IReleaseEnvironment>(), at.Get<StepJournal>()))
        .AddSingleton(at => new Switchover(
            at.Get<IReleaseEnvironment>(), at.Get<ReleaseGate>(), at.Get<SmokeSuite>(), at.Get<FailureReport>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new Deployment(
            at.Get<IReleaseEnvironment>(), at.Get<ReleaseGate>(), at.Get<Publication>(), at.Get<SourceRevision>(), at.Get<Switchover>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new Rollback(at.Get<IReleaseEnvironment>(), at.Get<ReleaseGate>(), at.Get<Switchover>(), at.Get<StepJournal>(), at.Get<TimeProvider>()))
        .AddSingleton(at => new Shutdown(at.Get<IReleaseEnvironment>(), at.Get<ReleaseGate>(), at.Get<StepJournal>()))
        .AddSingleton(at => new SmokeRun(at.Get<IReleaseEnvironment>(), at.Get<SmokeSuite>(), at.Get<FailureReport>(), at.Get<StepJournal>()))
        .AddSingleton(at => new StatusReport(at.Get<IReleaseEnvironment>(), at.Get<IAnsiConsole>()))
        .AddSingleton(at => new HistoryReport(at.Get<IReleaseEnvironment>(), at.Get<IAnsiConsole>()));

    private static T Get<T>(this IServiceProvider services)
        where T : notnull => services.GetRequiredService<T>();

    private static AmazonSimpleSystemsManagementClient Systems(string region, Uri? endpoint) => new(endpoint is null
        ? new AmazonSimpleSystemsManagementConfig { RegionEndpoint = RegionEndpoint.GetBySystemName(region) }
        : new AmazonSimpleSystemsManagementConfig { ServiceURL = endpoint.AbsoluteUri, AuthenticationRegion = region });

    private static IEnumerable<KeyValuePair<string, string>> Variables() => System.Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value ?? ""));
}
