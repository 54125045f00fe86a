using System.Text.Json;
using VectorDb.Build.Compilation;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Images;
using VectorDb.Build.Publishing;
using VectorDb.Build.Releases;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Rendering;

/// <summary>Renders the files of the release at hand to <c>artifacts/{environment}/{release}/</c>.</summary>
public sealed class ReleaseRendering
{
    private const string Local = "local";
    private const int DevelopmentPort = 8080;

    private readonly Workspace _workspace;
    private readonly SourceRevision _revision;
    private readonly SettingsSource _source;
    private readonly StepJournal _journal;
    private readonly ReleaseTemplates _templates;

    internal ReleaseRendering(Workspace workspace, SourceRevision revision, SettingsSource source, StepJournal journal)
    {
        (_workspace, _revision, _source, _journal) = (workspace, revision, source, journal);
        _templates = new ReleaseTemplates(workspace.Root);
    }

    /// <summary>For the environment <c>local</c>: a Compose file of the whole stack, for a developer with a container engine.</summary>
    public Task RunAsync(string environment, CancellationToken cancellationToken) => _journal.RunAsync("RenderTemplates", async () =>
    {
        var commit = await _revision.CommitAsync(cancellationToken);
        if (environment == Local)
        {
            return Write(Path.Combine(environment, "development"), [_templates.RenderDevelopment(Development(commit))]);
        }

        var settings = await _source.LoadAsync(environment, cancellationToken);
        var release = Manifest.IdOf(PublishedOutput.Read(_workspace.Published).Services, settings.OfServices());
        var model = ModelOf(environment, release, commit, settings, await ImagesAsync(environment, cancellationToken));
        return Write(Path.Combine(environment, release.ToString()), _templates.Render(model));
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
            Bucket = $"vectordb-{environment}-releases-{account}",
            Images = new ReleaseImages(Image("app"), Image("worker"), Image("dashboard"), Image("nginx")),
            Compose = new ComposePlugin(settings.Require(SettingsCatalogue.ComposeVersion), settings.Require(SettingsCatalogue.ComposeSha256)),
            Settings = settings.OfServices(),
            Secrets = settings.Require(SettingsCatalogue.Embedder) == "openai" ? ["openai-api-key", "redis-password"] : ["redis-password"],
            BalancerNetworks = [settings.Require(SettingsCatalogue.VpcCidr)],
        };

        ImageReference Image(string service) => images.TryGetValue($"vectordb-api/{service}", out var digest)
            ? new ImageReference(new ImageDigest($"vectordb-api/{service}", digest).In(registry))
            : throw new RenderingException($"No digest of vectordb-api/{service} is known.");
    }

    private static DevelopmentModel Development(string commit) => new(
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["api"] = "vectordb-api/app:dev",
            ["worker"] = "vectordb-api/worker:dev",
            ["dashboard"] = "vectordb-api/dashboard:dev",
            ["nginx"] = "vectordb-api/nginx:dev",
            ["redis"] = "docker.io/library/redis:7.4",
        },
        DevelopmentPort, new Dictionary<string, string>(StringComparer.Ordinal), "dev", commit);

    private async Task<IReadOnlyDictionary<string, string>> ImagesAsync(string environment, CancellationToken cancellationToken)
    {
        var path = Path.Combine(_workspace.Artifacts, environment, "images.json");
        return File.Exists(path)
            ? JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(path, cancellationToken))!
            : throw new RenderingException($"{path} is not there: files of a release name its images by digest. Next: ./build.sh --target=EcrPush --environment={environment}");
    }

    private string Write(string folder, IReadOnlyList<RenderedFile> files)
    {
        RenderedFolder.Write(Path.Combine(_workspace.Artifacts, folder), files);
        return $"{files.Count} files in artifacts/{folder}";
    }
}
