using VectorDb.Build.CommandLine;
using VectorDb.Build.Compilation;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Images;
using VectorDb.Build.Publishing;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Environments.Aws;

/// <summary>Reads what the steps before have left.</summary>
internal sealed class AwsDrafts(AwsAccount account, Workspace workspace, SourceRevision revision, IReleaseCatalog catalog)
{
    private AwsDraft? _draft;

    /// <exception cref="InvalidOperationException">Nothing was pushed, or something else than what lies there now.</exception>
    public async Task<AwsDraft> ReadAsync(CancellationToken cancellationToken)
    {
        if (_draft is not null)
        {
            return _draft;
        }

        var pushed = await PushedRelease.ReadAsync(workspace.Artifacts, account.Environment, cancellationToken);
        if (pushed.PromotedFrom is null && !IsOfThisTree(pushed))
        {
            throw new InvalidOperationException(
                $"What was pushed for {account.Environment} is not what lies here now. Push it: {BuildCommand.Line("EcrPush", account.Environment)}");
        }

        var release = Manifest.IdOf(pushed.Services, account.Settings.OfRelease(), pushed.Sources);
        var known = await catalog.FindAsync(release, cancellationToken);
        return _draft = new AwsDraft(release, known?.Commit ?? pushed.Commit ?? await revision.CommitAsync(cancellationToken), pushed);
    }

    private bool IsOfThisTree(PushedRelease pushed)
    {
        var recipes = ImageRecipe.OfRelease(
            workspace.Root, account.Settings[SettingsCatalogue.RuntimeImage], account.Settings[SettingsCatalogue.NginxImage]);
        try
        {
            return Same(pushed.Services, PublishedOutput.Read(workspace.Published).Services) && Same(pushed.Sources, ReleaseSources.Of(workspace.Root, recipes));
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing is published here at all.
            return false;
        }
    }

    private static bool Same(IReadOnlyDictionary<string, ContentHash> one, IReadOnlyDictionary<string, ContentHash> other) =>
        one.ToHashSet().SetEquals(other);
}
