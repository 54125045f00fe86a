using VectorDb.Build.Compilation;
using VectorDb.Build.Images;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Environments.Aws;

/// <summary>The images that another environment has proved, taken for this one in place of a build of its own.</summary>
internal sealed class ProvedImages(Workspace workspace, PromotionSource source, Lazy<ImageTarget> target, ImageCopier copier)
{
    /// <param name="from">The environment that has proved them.</param>
    /// <param name="copy">Whether to bring what the registry lacks; false where only a plan is wanted.</param>
    /// <exception cref="InvalidOperationException">Nothing is proved there, or of another tree.</exception>
    /// <exception cref="ScanException">An image has findings that this environment does not bear.</exception>
    public async Task<string?> TakeAsync(string from, bool copy, CancellationToken cancellationToken)
    {
        using var account = await source.OpenAsync(from, cancellationToken);
        var proved = await PromotionSource.ProvedAsync(account, cancellationToken);
        EnsureOfThisTree(account, proved);
        var done = copy ? await CopyAsync(account, proved, cancellationToken) : "only planned, not copied";
        await new PushedRelease(proved.Services, proved.Sources, proved.Images, from) { Commit = proved.Commit, Schema = proved.Schema }
            .WriteAsync(workspace.Artifacts, target.Value.Environment, cancellationToken);
        return $"release {proved.Release} of {from}: {done}";
    }

    private async Task<string> CopyAsync(AwsAccount account, Manifest proved, CancellationToken cancellationToken)
    {
        var copied = await copier.CopyAsync(proved.Images, new EcrRegistry(account.Services.Ecr, account.Environment), target.Value.Registry, cancellationToken);
        await target.Value.Scan.CheckAsync(proved.Images, cancellationToken);
        return copied == 0 ? "the registry has them" : $"{copied} copied";
    }

    /// <summary>Files are rendered anew, because they name the environment: what they are rendered from must be what was proved.</summary>
    private void EnsureOfThisTree(AwsAccount account, Manifest proved)
    {
        var others = ReleaseSources.OfFiles(workspace.Root).Where(source => proved.Sources.GetValueOrDefault(source.Key) != source.Value).Select(static source => source.Key).ToList();
        if (others.Count > 0)
        {
            throw new InvalidOperationException(
                $"{account.Environment} has proved release {proved.Release} of commit {proved.Commit}; this tree would render its files from other sources ({string.Join(", ", others)}). "
                + $"Take that commit: git checkout {proved.Commit.Split('-')[0]}");
        }
    }
}
