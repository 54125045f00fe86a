using VectorDb.Build.Compilation;
using VectorDb.Build.Environments;
using VectorDb.Build.Publishing;
using VectorDb.Build.Releases;
using VectorDb.Build.Reporting;
using VectorDb.Build.SmokeTest;

namespace VectorDb.Build.Rollout;

/// <summary>Brings what was published into the environment, proves it, and tidies up behind it.</summary>
public sealed class Deployment
{
    private readonly IReleaseEnvironment _environment;
    private readonly ReleaseGate _gate;
    private readonly Publication _publication;
    private readonly SourceRevision _source;
    private readonly Switchover _switchover;
    private readonly StepJournal _journal;
    private readonly TimeProvider _time;

    internal Deployment(
        IReleaseEnvironment environment, ReleaseGate gate, Publication publication, SourceRevision source, Switchover switchover, StepJournal journal, TimeProvider time) =>
        (_environment, _gate, _publication, _source, _switchover, _journal, _time) = (environment, gate, publication, source, switchover, journal, time);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var step in _environment.OmittedSteps)
        {
            _journal.Omit(step.Name, step.Reason);
        }

        var output = _publication.Read();
        var draft = await DescribeAsync(output, cancellationToken);
        if (await IsInPlaceAsync(draft, cancellationToken) is { } url)
        {
            _journal.Close($"Nothing to do: release {draft.Release} is active, verified and healthy at {url}");
            return;
        }

        await _gate.EnsureHeldAsync(cancellationToken);
        await _gate.RecordAsync(LedgerEvent.DeployStarted, draft, cancellationToken);
        await _environment.Rollout.StageAsync(draft, output, cancellationToken);
        var manifest = await _environment.Catalog.AddAsync(draft, cancellationToken);
        var previous = await _switchover.RunAsync(manifest with { Host = draft.Host }, SmokeDepth.Full, hostUpgrade: true, cancellationToken);
        await _journal.RunAsync("Retire", () => RetireAsync(previous, cancellationToken));
        await SayWhereAsync(manifest.Release, cancellationToken);
    }

    private async Task<Manifest> DescribeAsync(PublishedOutput output, CancellationToken cancellationToken) => new(
        Manifest.IdOf(output.Services, _environment.Configuration),
        await _source.CommitAsync(cancellationToken),
        _time.GetUtcNow(),
        _gate.Identity.Owner,
        output.Services,
        output.Host,
        _environment.Configuration,
        SchemaCompatibility.OfThisTree);

    /// <returns>Where it answers, when there is nothing to do.</returns>
    private async Task<Uri?> IsInPlaceAsync(Manifest draft, CancellationToken cancellationToken)
    {
        var status = await _environment.Rollout.StatusAsync(cancellationToken);
        var history = new ReleaseHistory(await _environment.Ledger.ReadAsync(cancellationToken));
        return status.Active == draft.Release
            && status.ActiveRelease is { IsHealthy: true }
            && status.Running.All(release => release.Id == draft.Release || release.IsLeaving)
            && status.Host == draft.Host?.Short
            && history.IsVerified(draft.Release)
            && history.Active == draft.Release
            ? status.Url
            : null;
    }

    private async Task<string?> RetireAsync(ReleaseId? previous, CancellationToken cancellationToken)
    {
        if (previous is { } old)
        {
            await _environment.Rollout.StandDownAsync(old, wait: true, cancellationToken);
            await _gate.RecordAsync(LedgerEvent.Retired, await _environment.Catalog.FindAsync(old, cancellationToken), cancellationToken);
        }

        var known = await _environment.Catalog.ListAsync(cancellationToken);
        var history = new ReleaseHistory(await _environment.Ledger.ReadAsync(cancellationToken));
        var status = await _environment.Rollout.StatusAsync(cancellationToken);
        var removable = _environment.Retention.Removable(known.Select(manifest => manifest.Release), history, status.Running.Select(release => release.Id));
        foreach (var manifest in known.Where(manifest => removable.Contains(manifest.Release)))
        {
            await _gate.EnsureHeldAsync(cancellationToken);
            await _environment.Catalog.RemoveAsync(manifest.Release, cancellationToken);
            await _gate.RecordAsync(LedgerEvent.Removed, manifest, cancellationToken);
        }

        await _environment.Rollout.TidyAsync([.. known.Where(manifest => !removable.Contains(manifest.Release))], cancellationToken);
        return previous is null ? "nothing ran before" : $"release {previous} has finished its requests";
    }

    private async Task SayWhereAsync(ReleaseId release, CancellationToken cancellationToken)
    {
        var kept = (await _environment.Catalog.ListAsync(cancellationToken)).Select(manifest => manifest.Release).ToHashSet();
        var before = new ReleaseHistory(await _environment.Ledger.ReadAsync(cancellationToken)).Before(release).Where(kept.Contains).Take(1);
        var status = await _environment.Rollout.StatusAsync(cancellationToken);
        _journal.Close($"Release {release} is live and verified at {status.Url}");
        _journal.Close($"  dashboard  {new Uri(status.Url, "dashboard/")}");
        _journal.Close($"  status     ./build.sh --target=Status");
        foreach (var target in before)
        {
            _journal.Close($"  go back    ./build.sh --target=Rollback   (to {target})");
        }
    }
}
