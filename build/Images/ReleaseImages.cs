using VectorDb.Build.Compilation;
using VectorDb.Build.Environments;
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
    private IReadOnlyList<BuiltImage>? _built;

    /// <param name="target">Where the environment keeps images; null for this machine.</param>
    internal ReleaseImages(Workspace workspace, ReleaseSteps steps, StepJournal journal, ImageBuilder builder, DockerClient docker, Lazy<ImageTarget?> target) =>
        (_workspace, _steps, _journal, _builder, _docker, _target) = (workspace, steps, journal, builder, docker, target);

    public Task BuildAsync(CancellationToken cancellationToken) => _steps.RunAsync("DockerBuild", async () =>
    {
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
        var built = await BuiltAsync(cancellationToken);
        var pushed = await target.Pusher.PushAsync(built, cancellationToken);
        foreach (var image in pushed)
        {
            _journal.Say($"{image.Image.Repository}@{image.Image.Digest} {(image.Pushed ? FormattableString.Invariant($"pushed in {image.Duration.TotalSeconds:0.0} s") : "is there")}");
        }

        await target.Scan.CheckAsync(built, cancellationToken);
        await new PushedRelease(
            PublishedOutput.Read(_workspace.Published).Services,
            ReleaseSources.Of(_workspace.Root, Recipes(target)),
            pushed.ToDictionary(static image => image.Image.Repository, static image => image.Image.Digest, StringComparer.Ordinal))
            .WriteAsync(_workspace.Artifacts, target.Environment, cancellationToken);
        return Told(pushed.Select(static image => $"{image.Image.Repository.Split('/')[^1]} {(image.Pushed ? "pushed" : "there")}"));
    });

    private async Task<IReadOnlyList<BuiltImage>> BuiltAsync(CancellationToken cancellationToken) =>
        _built ??= await _builder.BuildAsync(Recipes(_target.Value), _target.Value?.Registry, cancellationToken);

    private IReadOnlyList<ImageRecipe> Recipes(ImageTarget? target) => ImageRecipe.OfRelease(_workspace.Root, target?.RuntimeImage, target?.NginxImage);

    private static string Told(IEnumerable<string> outcomes) => string.Join(", ", outcomes);
}

/// <summary>Where an environment keeps its images, and what it demands of them.</summary>
/// <param name="RuntimeImage">Base of the service images; null for the Dockerfiles' own.</param>
internal sealed record ImageTarget(string Environment, IImageRegistry Registry, ImagePusher Pusher, ScanGate Scan, string? RuntimeImage, string? NginxImage);
