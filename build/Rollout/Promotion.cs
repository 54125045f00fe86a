using Cake.Core;
using VectorDb.Build.Compilation;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Images;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Rendering;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Rollout;

/// <summary>
/// Brings what one environment has proved into another: the same digests, never a rebuild. Files are rendered anew, because they name
/// the environment; so the tree at hand must be the commit that was proved.
/// </summary>
public sealed class Promotion
{
    private const int UsageError = 2;

    private readonly Workspace _workspace;
    private readonly SourceRevision _revision;
    private readonly PromotionSource _source;
    private readonly Lazy<AwsAccount> _target;
    private readonly ImageCopier _copier;
    private readonly ReleaseRendering _rendering;
    private readonly ReleaseInfrastructure _infrastructure;
    private readonly Deployment _deployment;
    private readonly StepJournal _journal;

    internal Promotion(
        Workspace workspace, SourceRevision revision, PromotionSource source, Lazy<AwsAccount> target, ImageCopier copier, ReleaseRendering rendering,
        ReleaseInfrastructure infrastructure, Deployment deployment, StepJournal journal)
    {
        (_workspace, _revision, _source, _target, _copier) = (workspace, revision, source, target, copier);
        (_rendering, _infrastructure, _deployment, _journal) = (rendering, infrastructure, deployment, journal);
    }

    /// <param name="from">The environment that has proved it.</param>
    /// <param name="approved">The plan's hash; null asks.</param>
    public async Task RunAsync(string? from, string? approved, CancellationToken cancellationToken)
    {
        if (from is null || from == _target.Value.Environment)
        {
            throw new CakeException(UsageError, "Promote needs two environments: ./build.sh --target=Promote --from=staging --environment=production");
        }

        await _journal.RunAsync("Images", () => TakeImagesAsync(from, cancellationToken));
        await _rendering.RunAsync(cancellationToken);
        await _infrastructure.PlanAsync(cancellationToken);
        await _infrastructure.ApplyAsync(approved, "Promote", cancellationToken);
        await _deployment.RunAsync(cancellationToken);
    }

    private async Task<string?> TakeImagesAsync(string from, CancellationToken cancellationToken)
    {
        using var source = await _source.OpenAsync(from, cancellationToken);
        var proved = await PromotionSource.ProvedAsync(source, cancellationToken);
        var commit = await _revision.CommitAsync(cancellationToken);
        if (commit != proved.Commit)
        {
            throw new CakeException(
                $"{from} has proved release {proved.Release} of commit {proved.Commit}, and this tree is {commit}. Take that commit: git checkout {proved.Commit.Split('-')[0]}");
        }

        var copied = await _copier.CopyAsync(proved.Images, source, _target.Value, cancellationToken);
        await new PushedRelease(proved.Services, proved.Sources, proved.Images, from).WriteAsync(_workspace.Artifacts, _target.Value.Environment, cancellationToken);
        return $"release {proved.Release} of {from}: {(copied == 0 ? "the registry has them" : $"{copied} copied")}";
    }
}
