using VectorDb.Build.Aws;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Images;
using VectorDb.Build.Processes;
using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Aws;
using VectorDb.Build.Releases.Locking;
using VectorDb.Build.Rollout;
using VectorDb.Build.Secrets;
using VectorDb.Build.SmokeTest;

namespace VectorDb.Build.Environments.Aws;

/// <summary>An environment in AWS, named like its file of settings.</summary>
internal sealed class AwsEnvironment : IReleaseEnvironment
{
    /// <summary>The one environment that may run what nobody has tested: it is part of the test.</summary>
    public const string Rehearsal = "rehearsal";

    // A worker that leaves may work on its chunk for 31 minutes.
    private static readonly TimeSpan UndoLimit = TimeSpan.FromMinutes(45);

    private readonly AwsAccount _account;
    private readonly AwsRelease _release;
    private readonly IPublishedTemplates _templates;
    private readonly Fleets _fleets;
    private readonly TimeProvider _time;
    private readonly SystemProcessTable _processes = SystemProcessTable.OfThisBoot();

    public AwsEnvironment(
        AwsAccount account, IReleaseCatalog catalog, AwsRelease release, IPublishedTemplates templates, Fleets fleets, IRollout rollout, TimeProvider time)
    {
        (_account, Catalog, _release, _templates, _fleets, Rollout, _time) = (account, catalog, release, templates, fleets, rollout, time);
        Ledger = new DynamoLedger(account.Dynamo, account.ReleaseTable);
        Rules = new EnvironmentRules(
            account.Settings.Seconds(SettingsCatalogue.RollbackBudgetSeconds), UndoLimit, FreezesAfterRollback: true, DemandsFullSuite: account.Environment != Rehearsal);
    }

    public string Name => _account.Environment;

    public ILedger Ledger { get; }

    public ReleaseLock Lock => new(new DynamoLockStore(_account.Dynamo, _account.ReleaseTable), _processes, _time);

    public IReleaseCatalog Catalog { get; }

    public IRollout Rollout { get; }

    public Retention Retention { get; } = new();

    public EnvironmentRules Rules { get; }

    public IReadOnlyList<OmittedStep> OmittedSteps => [];

    /// <exception cref="Cake.Core.CakeException">The credentials are of another account.</exception>
    public async Task<Identity> IdentifyAsync(CancellationToken cancellationToken) => new(
        (await CallerCheck.EnsureAsync(_account, cancellationToken)).Arn, PipelineRun() ?? $"{Environment.MachineName}/{Environment.ProcessId}");

    public async Task<Manifest> DescribeAsync(Authorship authorship, CancellationToken cancellationToken)
    {
        var rendered = await _release.RenderAsync(cancellationToken);
        var pushed = rendered.Draft.Pushed;
        return new Manifest(
            rendered.Draft.Release, rendered.Draft.Commit, authorship.At, authorship.Owner, pushed.Services, Host: null,
            _account.Settings.OfRelease(), pushed.Schema ?? SchemaCompatibility.OfThisTree)
        {
            Sources = pushed.Sources,
            Images = pushed.Images,
            RenderedFiles = rendered.Hashes,
            LaunchTemplates = await _templates.LaunchTemplatesAsync(cancellationToken),
            SecretVersions = await SecretVersionsAsync(cancellationToken),
        };
    }

    public async Task<SmokeTarget> SmokeTargetAsync(Manifest? release, CancellationToken cancellationToken)
    {
        var parameters = await AwsServiceParameters.ReadAsync(_account, cancellationToken)
            ?? throw new InvalidOperationException($"Nothing was applied to {Name} yet. Next: {BuildCommand.Line("Deploy", Name)}");
        var web = await _fleets.RequireAsync(_fleets.All[0], cancellationToken);
        return new SmokeTarget(parameters.Url, release?.Release, await SmokeKeyAsync(cancellationToken))
        {
            Balancer = new SmokeBalancer(
                parameters.LoadBalancer,
                release?.Images.GetValueOrDefault(ImageRecipe.RepositoryOf("app")),
                [.. web.Staying.Where(web.Serves).Select(static instance => instance.Id)]),
        };
    }

    private async Task<string> SmokeKeyAsync(CancellationToken cancellationToken)
    {
        var secret = _account.SecretName(SecretCatalogue.SmokeApiKey.Name);
        try
        {
            return await _account.Services.SecretsManager.ReadAsync(secret, cancellationToken);
        }
        catch (AwsException missing) when (missing.Code == "ResourceNotFoundException")
        {
            throw new NotBootstrappedException($"value in the secret {secret}", Name, missing);
        }
    }

    private static string? PipelineRun() => Environment.GetEnvironmentVariable("GITHUB_RUN_ID") is { Length: > 0 } run
        ? $"{Environment.GetEnvironmentVariable("GITHUB_SERVER_URL")}/{Environment.GetEnvironmentVariable("GITHUB_REPOSITORY")}/actions/runs/{run}"
        : null;

    private async Task<IReadOnlyDictionary<string, string>> SecretVersionsAsync(CancellationToken cancellationToken)
    {
        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in SecretCatalogue.All.Where(static secret => secret.Setting is not null).Select(static secret => secret.Name))
        {
            if ((await _account.Services.SecretsManager.FindAsync(_account.SecretName(name), cancellationToken))?.CurrentVersion is { } version)
            {
                versions[name] = version;
            }
        }

        return versions;
    }
}
