using VectorDb.Build.Environments;
using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Locking;
using VectorDb.Build.Reporting;
using VectorDb.Build.SmokeTest;

namespace VectorDb.Build.Rollout;

/// <summary>
/// Moves an environment to a release and proves it: start beside, activate, smoke test, verified. Whatever fails, and a signal
/// too, brings back what was active before.
/// </summary>
internal sealed class Switchover(
    IReleaseEnvironment environment, ReleaseGate gate, SmokeSuite smoke, FailureReport failures, StepJournal journal, TimeProvider time)
{
    private readonly RollbackOfFailure _undo = new(environment, gate, journal);

    /// <summary>Brings up what outlives releases, and starts the candidate beside the active release.</summary>
    /// <param name="depth">How much to prove before the candidate counts as verified.</param>
    /// <param name="pace">A return changes as little as it can: a resident host stays as it is.</param>
    /// <returns>The release that was active before and still runs; null when there was none.</returns>
    public async Task<ReleaseId?> RunAsync(Manifest candidate, SmokeDepth depth, RolloutPace pace, CancellationToken cancellationToken)
    {
        ReleaseId? previous = null;
        var stage = SwitchoverStage.Preparing;
        try
        {
            await journal.RunAsync("Rollout", () => gate.WhileHeldAsync(
                async held =>
                {
                    var start = time.GetTimestamp();
                    await environment.Rollout.PrepareAsync(candidate, pace, held);
                    // Known before anything moves: where the move itself fails, this is what to return to.
                    previous = await RetireLeftoversAsync(candidate.Release, held);
                    stage = SwitchoverStage.Starting;
                    await environment.Rollout.StartAsync(candidate, held);
                    await gate.EnsureHeldAsync(held);
                    stage = SwitchoverStage.Activating;
                    previous = await environment.Rollout.ActivateAsync(candidate, pace, held);
                    await gate.EnsureHeldAsync(held);
                    await gate.RecordAsync(LedgerEvent.Activated, candidate, held, took: time.GetElapsedTime(start));
                    return FormattableString.Invariant($"healthy, with all traffic, after {time.GetElapsedTime(start).TotalSeconds:0.00} s");
                },
                cancellationToken)!);
            await journal.RunAsync("SmokeTest", () => ProveAsync(candidate, depth, cancellationToken));
        }
        catch (Exception failure) when (failure is not LeaseLostException)
        {
            await failures.PrintAsync(candidate.Release, failure, cancellationToken);
            await _undo.RunAsync(candidate, stage, previous, failure, cancelled: cancellationToken.IsCancellationRequested);
            throw;
        }

        return previous == candidate.Release ? null : previous;
    }

    /// <summary>A killed run leaves a candidate that nobody waits for; a retired release that still drains goes by itself.</summary>
    /// <returns>The active release.</returns>
    private async Task<ReleaseId?> RetireLeftoversAsync(ReleaseId candidate, CancellationToken cancellationToken)
    {
        var status = await environment.Rollout.StatusAsync(cancellationToken);
        foreach (var leftover in status.Running.Where(release => release.Id != candidate && release.Id != status.Active && !release.IsLeaving))
        {
            journal.Say($"Release {leftover.Id} is left over from a run that was killed: retired.");
            await environment.Rollout.RetireAsync(leftover.Id, wait: false, cancellationToken);
        }

        return status.Active;
    }

    private async Task<string?> ProveAsync(Manifest candidate, SmokeDepth depth, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var target = await environment.SmokeTargetAsync(candidate, cancellationToken);
        var steps = 0;
        await smoke.RunAsync(
            target,
            depth,
            step =>
            {
                steps++;
                journal.Say(FormattableString.Invariant($"{step.Name} ({step.Took.TotalMilliseconds:0} ms)"));
            },
            cancellationToken);
        await gate.EnsureHeldAsync(cancellationToken);
        await gate.RecordAsync(LedgerEvent.Verified, candidate, cancellationToken, $"{steps} steps of the smoke test passed", time.GetElapsedTime(start));
        await ForgetOlderProofAsync(candidate, cancellationToken);
        return $"{steps} steps passed";
    }

    private async Task ForgetOlderProofAsync(Manifest candidate, CancellationToken cancellationToken)
    {
        if (await environment.Catalog.FindAsync(candidate.Release, cancellationToken) is { Proved: not null })
        {
            await environment.Catalog.ReplaceAsync(candidate with { Proved = null }, cancellationToken);
        }
    }
}

/// <summary>How far a candidate has come.</summary>
internal enum SwitchoverStage
{
    /// <summary>Nothing was moved yet.</summary>
    Preparing,

    Starting,

    /// <summary>It may have the traffic.</summary>
    Activating,
}
