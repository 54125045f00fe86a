using VectorDb.Build.Compilation;
using VectorDb.Build.Environments;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Publishing;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Images;

/// <summary>The images of the release at hand: made from what was published, brought to the registry, known by digest.</summary>
public sealed class ReleaseImages
{
    private readonly Workspace _workspace;
    private readonly ReleaseSteps _steps;
    private readonly StepJournal _journal;
    private readonly ImageBuilder _builder;
    private readonly DockerClient _docker;
    private readonly Lazy<ImageTarget?> _target;
    private readonly bool _unpushed;
    private IReadOnlyList<BuiltImage>? _built;

    /// <param name="target">Where the environment keeps images; null for this machine.</param>
    /// <param name="unpushed">Whether to make and push nothing: only a plan is wanted.</param>
    internal ReleaseImages(
        Workspace workspace, ReleaseSteps steps, StepJournal journal, ImageBuilder builder, DockerClient docker, Lazy<ImageTarget?> target, bool unpushed = false) =>
        (_workspace, _steps, _journal, _builder, _docker, _target, _unpushed) = (workspace, steps, journal, builder, docker, target, unpushed);

    public Task BuildAsync(CancellationToken cancellationToken) => _steps.RunAsync("DockerBuild", async () =>
    {
        if (_unpushed)
        {
            return "left out: nothing is to be pushed";
        }

        var built = await BuiltAsync(cancellationToken);
        if (_target.Value is null)
        {
            await Task.WhenAll(built.Select(image => _docker.TagAsync($"{image.Recipe.Repository}:{image.Tag}", $"{image.Recipe.Repository}:dev", cancellationToken)));
        }

        return Told(built.Select(static image => image.Outcome switch
        {
            BuildOutcome.Built => $"{image.Recipe.Service} built",
            BuildOutcome.InEngine => $"{image.Recipe.Service} there",
            _ => $"{image.Recipe.Service} in the registry",
        }));
    });

    public Task PushAsync(CancellationToken cancellationToken) => _steps.RunAsync("EcrPush", async () =>
    {
        var target = _target.Value ?? throw new InvalidOperationException("This machine keeps no images in a registry.");
        if (_unpushed)
        {
            return await LookUpAsync(target, cancellationToken);
        }

        var built = await BuiltAsync(cancellationToken);
        var pushed = await target.Pusher.PushAsync(built, cancellationToken);
        foreach (var image in pushed)
        {
            _journal.Say($"{image.Image.Repository}@{image.Image.Digest} {(image.Pushed ? FormattableString.Invariant($"pushed in {image.Duration.TotalSeconds:0.0} s") : "is there")}");
        }

        var digests = pushed.ToDictionary(static image => image.Image.Repository, static image => image.Image.Digest, StringComparer.Ordinal);
        await target.Scan.CheckAsync(digests, cancellationToken);
        await ReleaseOf(target, digests).WriteAsync(_workspace.Artifacts, target.Environment, cancellationToken);
        return Told(pushed.Select(static image => $"{image.Image.Repository.Split('/')[^1]} {(image.Pushed ? "pushed" : "there")}"));
    });

    /// <summary>What is in the registry by its digest, and the rest by its content.</summary>
    private async Task<string> LookUpAsync(ImageTarget target, CancellationToken cancellationToken)
    {
        var images = new Dictionary<string, string>(StringComparer.Ordinal);
        var unpushed = new List<string>();
        foreach (var recipe in Recipes(target))
        {
            if (await target.Registry.FindAsync(recipe.Repository, recipe.ContentTag(), cancellationToken) is { } there)
            {
                images[recipe.Repository] = there.Digest;
            }
            else
            {
                images[recipe.Repository] = recipe.StandInDigest();
                unpushed.Add(recipe.Repository);
            }
        }

        await (ReleaseOf(target, images) with { Unpushed = unpushed }).WriteAsync(_workspace.Artifacts, target.Environment, cancellationToken);
        return Told(images.Keys.Select(repository => $"{repository.Split('/')[^1]} {(unpushed.Contains(repository) ? "by its content" : "there")}"));
    }

    private PushedRelease ReleaseOf(ImageTarget target, IReadOnlyDictionary<string, string> digests) =>
        new(PublishedOutput.Read(_workspace.Published).Services, ReleaseSources.Of(_workspace.Root, Recipes(target)), digests);

    private async Task<IReadOnlyList<BuiltImage>> BuiltAsync(CancellationToken cancellationToken) =>
        _built ??= await _builder.BuildAsync(
            Recipes(_target.Value), _target.Value?.Registry, standIns: _target.Value is null or { Environment: AwsEnvironment.Rehearsal }, cancellationToken);

    private IReadOnlyList<ImageRecipe> Recipes(ImageTarget? target) => ImageRecipe.OfRelease(_workspace.Root, target?.RuntimeImage, target?.NginxImage);

    private static string Told(IEnumerable<string> outcomes) => string.Join(", ", outcomes);
}

/// <summary>Where an environment keeps its images, and what it demands of them.</summary>
/// <param name="RuntimeImage">Base of the service images; null for the Dockerfiles' own.</param>
internal sealed record ImageTarget(string Environment, IImageRegistry Registry, ImagePusher Pusher, ScanGate Scan, string? RuntimeImage, string? NginxImage);
