using VectorDb.Build.Compilation;
using VectorDb.Build.Environments;
using VectorDb.Build.Releases;
using VectorDb.Build.Reporting;
using VectorDb.Build.SmokeTest;

namespace VectorDb.Build.Rollout;

/// <summary>Brings what was published into the environment, proves it, and tidies up behind it.</summary>
public sealed class Deployment
{
    private readonly IReleaseEnvironment _environment;
    private readonly ReleaseGate _gate;
    private readonly SourceRevision _source;
    private readonly Switchover _switchover;
    private readonly StepJournal _journal;
    private readonly TimeProvider _time;

    internal Deployment(
        IReleaseEnvironment environment, ReleaseGate gate, SourceRevision source, Switchover switchover, StepJournal journal, TimeProvider time) =>
        (_environment, _gate, _source, _switchover, _journal, _time) = (environment, gate, source, switchover, journal, time);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var draft = await _environment.DescribeAsync(
            new Authorship(await _source.CommitAsync(cancellationToken), _gate.Identity.Owner, _time.GetUtcNow()), cancellationToken);
        if (await IsInPlaceAsync(draft, cancellationToken) is { } url)
        {
            _journal.Close($"Nothing to do: release {draft.Release} is active, verified and healthy at {url}");
            return;
        }

        await _gate.EnsureHeldAsync(cancellationToken);
        await _gate.RecordAsync(LedgerEvent.DeployStarted, draft, cancellationToken);
        await _environment.Rollout.StageAsync(draft, cancellationToken);
        var manifest = await StoreAsync(draft, cancellationToken);
        var previous = await _switchover.RunAsync(manifest with { Host = draft.Host }, SmokeDepth.Full, RolloutPace.Watched, cancellationToken);
        await _journal.RunAsync("Retire", () => RetireAsync(previous, cancellationToken));
        await SayWhereAsync(manifest.Release, cancellationToken);
    }

    /// <summary>Who first released it and when stays. What its instances start from may be new, and what was proved is kept until that is.</summary>
    private async Task<Manifest> StoreAsync(Manifest draft, CancellationToken cancellationToken)
    {
        var stored = await _environment.Catalog.AddAsync(draft, cancellationToken);
        if (stored.LaunchTemplates.ToHashSet().SetEquals(draft.LaunchTemplates))
        {
            return stored;
        }

        var history = new ReleaseHistory(await _environment.Ledger.ReadAsync(cancellationToken));
        var renewed = draft with
        {
            Commit = stored.Commit,
            CreatedAt = stored.CreatedAt,
            CreatedBy = stored.CreatedBy,
            Proved = stored.Proved ?? (history.IsVerified(stored.Release) ? stored : null),
        };
        await _environment.Catalog.ReplaceAsync(renewed, cancellationToken);
        return renewed;
    }

    /// <returns>Where it answers, when there is nothing to do.</returns>
    private async Task<Uri?> IsInPlaceAsync(Manifest draft, CancellationToken cancellationToken)
    {
        var status = await _environment.Rollout.StatusAsync(cancellationToken);
        var history = new ReleaseHistory(await _environment.Ledger.ReadAsync(cancellationToken));
        return status.Active == draft.Release
            && status.ActiveRelease is { IsHealthy: true }
            && status.Running.All(release => release.Id == draft.Release || release.IsLeaving)
            && status.IsSized
            && !status.IsStopping
            && status.Host == draft.Host?.Short
            && await IsCurrentAsync(draft, cancellationToken)
            && history.IsVerified(draft.Release)
            && history.Active == draft.Release
            ? status.Url
            : null;
    }

    private async Task<bool> IsCurrentAsync(Manifest draft, CancellationToken cancellationToken) =>
        draft.LaunchTemplates.Count == 0
        || (await _environment.Catalog.FindAsync(draft.Release, cancellationToken) is { Proved: null } stored && stored.LaunchTemplates.ToHashSet().SetEquals(draft.LaunchTemplates));

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
        _journal.Close($"  status     {_environment.Command("Status")}");
        foreach (var target in before)
        {
            _journal.Close($"  go back    {_environment.Command("Rollback")}   (to {target})");
        }
    }
}
