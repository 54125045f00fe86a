using VectorDb.Build.Compilation;
using VectorDb.Build.Environments;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Images;
using VectorDb.Build.Releases;
using VectorDb.Build.Secrets;

namespace VectorDb.Build.Rendering;

/// <summary>Renders the files of the release at hand to <c>artifacts/{environment}/{release}/</c>.</summary>
public sealed class ReleaseRendering
{
    private const int DevelopmentPort = 8080;

    private readonly Workspace _workspace;
    private readonly SourceRevision _revision;
    private readonly ReleaseSteps _steps;
    private readonly Lazy<AwsRelease?> _release;
    private readonly ReleaseTemplates _templates;

    /// <param name="release">Of an environment in AWS; null for this machine.</param>
    internal ReleaseRendering(Workspace workspace, SourceRevision revision, ReleaseSteps steps, Lazy<AwsRelease?> release)
    {
        (_workspace, _revision, _steps, _release) = (workspace, revision, steps, release);
        _templates = new ReleaseTemplates(workspace.Root);
    }

    /// <summary>For this machine: a Compose file of the whole stack, for a developer with a container engine.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => _steps.RunAsync("RenderTemplates", async () =>
    {
        if (_release.Value is { } release)
        {
            var files = await release.RenderAsync(cancellationToken);
            return $"{files.Hashes.Count} files in {Path.GetRelativePath(_workspace.Root, files.Folder)}";
        }

        var commit = await _revision.CommitAsync(cancellationToken);
        RenderedFolder.Write(Path.Combine(_workspace.Artifacts, "local", "development"), [_templates.RenderDevelopment(Development(commit))]);
        return "docker-compose.development.yml in artifacts/local/development";
    });

    /// <param name="images">Digest by repository.</param>
    internal static ReleaseModel ModelOf(
        string environment, ReleaseId release, string commit, EnvironmentSettings settings, IReadOnlyDictionary<string, string> images)
    {
        var region = settings.Require(SettingsCatalogue.Region);
        var account = settings.Require(SettingsCatalogue.Account);
        var registry = settings[SettingsCatalogue.Registry] ?? $"{account}.dkr.ecr.{region}.amazonaws.com";
        return new ReleaseModel
        {
            Environment = environment,
            Release = release.ToString(),
            Commit = commit,
            Region = region,
            Account = account,
            AwsEndpoint = settings[SettingsCatalogue.AwsEndpoint],
            Registry = registry,
            Bucket = AwsNames.ReleaseBucket(environment, account),
            Images = new ReleaseImageReferences(Image("app"), Image("worker"), Image("dashboard"), Image("nginx")),
            Compose = new ComposePlugin(settings.Require(SettingsCatalogue.ComposeVersion), settings.Require(SettingsCatalogue.ComposeSha256)),
            Authorities = new CertificateAuthorities(settings.Require(SettingsCatalogue.CaBundleSha256)),
            Settings = settings.OfServices(),
            Secrets = [.. SecretCatalogue.NeededWith(settings)],
            BalancerNetworks = [settings.Require(SettingsCatalogue.VpcCidr)],
        };

        ImageReference Image(string service)
        {
            var repository = ImageRecipe.RepositoryOf(service);
            return images.TryGetValue(repository, out var digest)
                ? new ImageReference(new ImageDigest(repository, digest).In(registry))
                : throw new RenderingException($"No digest of {repository} is known.");
        }
    }

    private static DevelopmentModel Development(string commit) => new(
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["api"] = $"{ImageRecipe.RepositoryOf("app")}:dev",
            ["worker"] = $"{ImageRecipe.RepositoryOf("worker")}:dev",
            ["dashboard"] = $"{ImageRecipe.RepositoryOf("dashboard")}:dev",
            ["nginx"] = $"{ImageRecipe.RepositoryOf("nginx")}:dev",
            ["redis"] = "docker.io/library/redis:7.4",
        },
        DevelopmentPort, new Dictionary<string, string>(StringComparer.Ordinal), "dev", commit);
}
