using VectorDb.Build.Environments;
using VectorDb.Build.Releases;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Rollout;

/// <summary>Takes back a candidate that failed, and says in the ledger what became of it.</summary>
internal sealed class RollbackOfFailure(IReleaseEnvironment environment, ReleaseGate gate, StepJournal journal)
{
    /// <param name="stage">How far the candidate came.</param>
    /// <param name="previous">What had the traffic before.</param>
    /// <param name="cancelled">Whether a signal ended the run.</param>
    public async Task RunAsync(Manifest candidate, SwitchoverStage stage, ReleaseId? previous, Exception failure, bool cancelled)
    {
        // The run itself may have been cancelled: tidying up is not.
        using var limit = new CancellationTokenSource(environment.Rules.UndoLimit);
        try
        {
            await gate.EnsureHeldAsync(limit.Token);
            var what = cancelled ? LedgerEvent.Cancelled : stage == SwitchoverStage.Preparing ? LedgerEvent.Refused : LedgerEvent.Failed;
            await gate.RecordAsync(what, candidate, limit.Token, cancelled ? "a signal ended the run" : failure.Message);
            var stays = stage switch
            {
                SwitchoverStage.Preparing => true,
                SwitchoverStage.Starting => previous == candidate.Release,
                _ => !await GoBackAsync(candidate, previous, cancelled, limit.Token),
            };
            if (candidate.Proved is { } proved)
            {
                await environment.Catalog.ReplaceAsync(proved, limit.Token);
            }

            if (!stays)
            {
                await RetireAsync(candidate);
            }
        }
        catch (Exception second) when (stage == SwitchoverStage.Preparing)
        {
            journal.Say($"Nothing was moved, but that could not be noted: {second.Message}");
        }
        catch (Exception second)
        {
            journal.Say($"Taking release {candidate.Release} back failed too: {second.Message}");
            journal.Close($"Release {candidate.Release} was not taken back. Look: {environment.Command("Status")}; then {environment.Command("Rollback")}");
        }
    }

    /// <summary>It has been taken back; a request that is still under way on it does not change that.</summary>
    private async Task RetireAsync(Manifest candidate)
    {
        using var limit = new CancellationTokenSource(environment.Rules.UndoLimit);
        try
        {
            await environment.Rollout.RetireAsync(candidate.Release, wait: true, limit.Token);
        }
        catch (Exception unfinished)
        {
            journal.Close($"Release {candidate.Release} has no traffic any more, but may still be finishing its requests: {unfinished.Message}");
        }
    }

    /// <returns>False when the candidate has to stay, because it served before this run and there is nothing in its place.</returns>
    private async Task<bool> GoBackAsync(Manifest candidate, ReleaseId? previous, bool cancelled, CancellationToken cancellationToken)
    {
        var history = new ReleaseHistory(await environment.Ledger.ReadAsync(cancellationToken));
        if (await FindReturnAsync(candidate, previous, history, cancellationToken) is not { } target)
        {
            if (previous == candidate.Release && history.Verified.Contains(candidate.Release))
            {
                journal.Close($"There is no other release to return to: {candidate.Release} was active before and still is. Look: {environment.Command("Status")}");
                return false;
            }

            await environment.Rollout.AbandonAsync(cancellationToken);
            await SayTakenBackAsync("there was no release to return to: nothing is active");
            await gate.RecordAsync(LedgerEvent.Stopped, manifest: null, cancellationToken);
            journal.Close("There was no release to return to: nothing is active now.");
            return true;
        }

        await environment.Rollout.StartAsync(target, cancellationToken);
        await environment.Rollout.ActivateAsync(target, RolloutPace.Return, cancellationToken);
        if (previous is { } unproved && unproved != target.Release && unproved != candidate.Release)
        {
            await environment.Rollout.RetireAsync(unproved, wait: false, cancellationToken);
        }

        await SayTakenBackAsync($"to {target.Release}");
        await gate.RecordAsync(LedgerEvent.Activated, target, cancellationToken, $"back from {candidate.Release}");
        if (target.Release == candidate.Release)
        {
            // The failure was that of what it was to start from anew.
            await gate.RecordAsync(LedgerEvent.Verified, target, cancellationToken, "proved before on the launch template versions that it is back on");
        }

        journal.Close($"Rolled back: release {target.Release} is active again.");
        await gate.FreezeAfterRollbackAsync($"release {candidate.Release} failed and was taken back", cancellationToken);
        return true;

        // A rollback never returns unasked to what was rolled back from, and a signal says nothing against a release.
        Task SayTakenBackAsync(string outcome) =>
            cancelled ? Task.CompletedTask : gate.RecordAsync(LedgerEvent.RolledBack, candidate, cancellationToken, outcome);
    }

    /// <summary>
    /// What was active, unless a killed run had activated it without proof: then the last verified one rather than that. A release that
    /// was to start from something new returns to what it started from before.
    /// </summary>
    private async Task<Manifest?> FindReturnAsync(Manifest failed, ReleaseId? previous, ReleaseHistory history, CancellationToken cancellationToken)
    {
        var candidate = failed.Release;
        if (failed.Proved is { } proved && (previous is null || previous == candidate))
        {
            return proved;
        }

        ReleaseId[] active = previous is { } release && release != candidate ? [release] : [];
        foreach (var target in active.Where(history.IsVerified).Concat(history.Before(candidate)).Concat(active))
        {
            if (await environment.Catalog.FindAsync(target, cancellationToken) is { } manifest)
            {
                return manifest.Proved ?? manifest;
            }

            if (target == previous && (await environment.Rollout.StatusAsync(cancellationToken)).Running.Any(running => running.Id == target))
            {
                // Somebody has removed its manifest. As it runs, its id is enough to give it the traffic back.
                return failed with { Release = target, Commit = history.LastActivation(target)?.Commit ?? "none", Proved = null };
            }
        }

        return null;
    }
}
