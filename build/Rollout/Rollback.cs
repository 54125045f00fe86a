using Cake.Core;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments;
using VectorDb.Build.Releases;
using VectorDb.Build.Reporting;
using VectorDb.Build.SmokeTest;

namespace VectorDb.Build.Rollout;

/// <summary>Brings an older release back from its manifest: nothing is built, and as little as possible is changed.</summary>
public sealed class Rollback
{
    private readonly IReleaseEnvironment _environment;
    private readonly ReleaseGate _gate;
    private readonly Switchover _switchover;
    private readonly StepJournal _journal;
    private readonly TimeProvider _time;

    internal Rollback(IReleaseEnvironment environment, ReleaseGate gate, Switchover switchover, StepJournal journal, TimeProvider time) =>
        (_environment, _gate, _switchover, _journal, _time) = (environment, gate, switchover, journal, time);

    /// <param name="to">A release id or an unambiguous beginning of one; null for the last verified release before the active one.</param>
    /// <exception cref="CakeException">There is no such release, or none to return to.</exception>
    public async Task RunAsync(string? to, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        var history = new ReleaseHistory(await _environment.Ledger.ReadAsync(cancellationToken));
        var known = await _environment.Catalog.ListAsync(cancellationToken);
        var status = await _environment.Rollout.StatusAsync(cancellationToken);
        var active = status.Active ?? history.Active;
        var left = known.FirstOrDefault(manifest => manifest.Release == active);
        var target = to is not null ? Named(to, history, known) : left?.Proved ?? LastVerified(history, known, active);
        if (target.Release == status.Active && left?.Proved is null && status is { IsStopping: false, ActiveRelease.IsHealthy: true } && history.IsVerified(target.Release))
        {
            _journal.Close($"Nothing to do: release {target.Release} is active, verified and healthy at {status.Url}");
            return;
        }

        RefuseWhereDataHasMovedOn(left, target);
        await _gate.RecordAsync(LedgerEvent.RollbackStarted, target, cancellationToken, active is null ? null : $"from {active}");
        var previous = await _switchover.RunAsync(target, SmokeDepth.Quick, RolloutPace.Return, cancellationToken);
        if (previous is { } old)
        {
            // What was left for a release that nobody would have gone back to unasked is as good as it was.
            var what = history.Before(active).Contains(target.Release) ? LedgerEvent.RolledBack : LedgerEvent.Retired;
            await _gate.RecordAsync(what, left, cancellationToken, $"to {target.Release}", _time.GetElapsedTime(start));
            await _environment.Rollout.StandDownAsync(old, wait: false, cancellationToken);
        }

        await _gate.FreezeAfterRollbackAsync($"rolled back to {target.Release}", cancellationToken);
        _journal.Close(FormattableString.Invariant(
            $"Release {target.Release} is live again at {status.Url}; it took {_time.GetElapsedTime(start).TotalSeconds:0.00} s of a budget of {_environment.Rules.RollbackBudget.TotalSeconds:0} s."));
    }

    private Manifest LastVerified(ReleaseHistory history, IReadOnlyList<Manifest> known, ReleaseId? active) =>
        history.Before(active).Select(release => known.FirstOrDefault(manifest => manifest.Release == release)).FirstOrDefault(static manifest => manifest is not null) is { } last
            ? last.Proved ?? last
            : throw new CakeException(active is null
                ? $"There is no verified release to return to. Deploy one: {_environment.Command("Deploy")}"
                : $"There is no verified release before {active}. What there is: {_environment.Command("History")}");

    private static Manifest Named(string to, ReleaseHistory history, IReadOnlyList<Manifest> known)
    {
        var candidates = known.Select(static manifest => manifest.Proved ?? manifest).Where(manifest => history.IsVerified(manifest.Release)).ToList();
        return candidates.Where(manifest => manifest.Release.Value.StartsWith(to, StringComparison.OrdinalIgnoreCase)).ToList() switch
        {
            [var one] => one,
            [] => throw Unusable($"There is no verified release '{to}' here.", candidates),
            var several => throw Unusable($"'{to}' is the beginning of {several.Count} releases.", several),
        };
    }

    private static CakeException Unusable(string what, IReadOnlyList<Manifest> candidates) => new(
        ExitCodes.UsageError,
        candidates.Count == 0
            ? $"{what} No release was verified yet."
            : $"{what} Choose from:\n{string.Join('\n', candidates.Select(manifest => $"  {manifest.Release}  {manifest.CreatedAt:yyyy-MM-dd HH:mm} UTC  {manifest.Commit}"))}");

    private static void RefuseWhereDataHasMovedOn(Manifest? from, Manifest target)
    {
        if (from is not null && !from.Schema.Allows(target.Schema))
        {
            throw new CakeException(
                $"Release {target.Release} cannot run on data of schema {from.Schema.Current}: {from.Release} needs {from.Schema.RunsOnSince} or later. "
                + "Restore a backup, or roll forward with a fix.");
        }
    }
}
