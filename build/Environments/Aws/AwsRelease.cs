using VectorDb.Build.Compilation;
using VectorDb.Build.Releases;
using VectorDb.Build.Rendering;

namespace VectorDb.Build.Environments.Aws;

/// <summary>The rendered files of the release at hand.</summary>
/// <param name="Folder">Where they lie.</param>
/// <param name="Hashes">By path.</param>
internal sealed record RenderedRelease(AwsDraft Draft, string Folder, IReadOnlyDictionary<string, ContentHash> Hashes)
{
    /// <summary>Hash of the archive that instances fetch.</summary>
    public ContentHash Bundle => Hashes[ReleaseTemplates.BundleFile];

    public string PathOf(string file) => Path.Combine(Folder, file);
}

/// <summary>The release at hand of an environment in AWS, rendered once a run.</summary>
internal sealed class AwsRelease(AwsAccount account, AwsDrafts drafts, Workspace workspace)
{
    private readonly ReleaseTemplates _templates = new(workspace.Root);
    private RenderedRelease? _rendered;

    /// <exception cref="RenderingException">Names template, line and variable.</exception>
    public async Task<RenderedRelease> RenderAsync(CancellationToken cancellationToken)
    {
        if (_rendered is not null)
        {
            return _rendered;
        }

        var draft = await drafts.ReadAsync(cancellationToken);
        var model = ReleaseRendering.ModelOf(account.Environment, draft.Release, draft.Commit, account.Settings, draft.Pushed.Images);
        var folder = Path.Combine(workspace.Artifacts, account.Environment, draft.Release.Value);
        return _rendered = new RenderedRelease(draft, folder, RenderedFolder.Write(folder, _templates.Render(model)));
    }
}
