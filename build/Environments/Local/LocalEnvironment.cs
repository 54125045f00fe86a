using VectorDb.Build.Processes;
using VectorDb.Build.Publishing;
using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Files;
using VectorDb.Build.Releases.Locking;
using VectorDb.Build.Rollout;
using VectorDb.Build.SmokeTest;

namespace VectorDb.Build.Environments.Local;

/// <summary>This machine: the default, and with the unit in <c>scripts/</c> also a production of one machine.</summary>
internal sealed class LocalEnvironment(
    LocalHome home, int? port, IReadOnlyDictionary<string, string> configuration, Publication publication, LocalSmokeKey smokeKey, TimeProvider time) : IReleaseEnvironment
{
    public const string LocalName = "local";

    private const string RunsPublishedOutput = "processes of this machine run the published output";
    private const string NoInfrastructure = "this machine is all the infrastructure there is";

    private readonly SystemProcessTable _processes = new();

    public string Name => LocalName;

    public ILedger Ledger { get; } = new FileLedger(home.Ledger);

    public ReleaseLock Lock => new(new FileLockStore(home.Lock), _processes, time);

    public IReleaseCatalog Catalog { get; } = new FileReleaseCatalog(home.Releases);

    public IRollout Rollout { get; } = new LocalRollout(home, port, publication.Folder, time);

    public Retention Retention { get; } = new();

    public EnvironmentRules Rules { get; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60), FreezesAfterRollback: false, DemandsFullSuite: false);

    public IReadOnlyList<OmittedStep> OmittedSteps { get; } =
    [
        new("DockerBuild", RunsPublishedOutput, MayBeAsked: true),
        new("EcrPush", RunsPublishedOutput),
        new("RenderTemplates", RunsPublishedOutput, MayBeAsked: true),
        new("TerraformPlan", NoInfrastructure),
        new("TerraformApply", NoInfrastructure),
    ];

    /// <exception cref="PlatformNotSupportedException">This machine cannot run the local stack; said before anything is compiled or tested for it.</exception>
    public Task<Identity> IdentifyAsync(CancellationToken cancellationToken) => OperatingSystem.IsLinux()
        ? Task.FromResult(new Identity($"{Environment.UserName}@{Environment.MachineName}", $"{Environment.MachineName}/{Environment.ProcessId}"))
        : throw new PlatformNotSupportedException(
            "The local stack runs on Linux, where its host hands open sockets to the process that replaces it. On Windows run this in WSL, elsewhere in a Linux virtual machine.");

    public Task<Manifest> DescribeAsync(Authorship authorship, CancellationToken cancellationToken)
    {
        var output = publication.Read();
        return Task.FromResult(new Manifest(
            Manifest.IdOf(output.Services, configuration),
            authorship.Commit, authorship.At, authorship.Owner, output.Services, output.Host, configuration, SchemaCompatibility.OfThisTree));
    }

    public async Task<SmokeTarget> SmokeTargetAsync(Manifest? release, CancellationToken cancellationToken) =>
        new(
        (await Rollout.StatusAsync(cancellationToken)).Url, release?.Release, await smokeKey.OfAsync(release?.Configuration ?? configuration, cancellationToken));
}
