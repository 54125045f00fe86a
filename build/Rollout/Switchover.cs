using VectorDb.Build.ApiKeys;
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
    IReleaseEnvironment environment, ReleaseGate gate, SmokeSuite smoke, SmokeTestKey key, FailureReport failures, StepJournal journal, TimeProvider time)
{
    private readonly RollbackOfFailure _undo = new(environment, gate, journal);

    /// <summary>Brings up what outlives releases, and starts the candidate beside the active release.</summary>
    /// <param name="depth">How much to prove before the candidate counts as verified.</param>
    /// <param name="hostUpgrade">Whether the resident host follows the release.</param>
    /// <returns>The release that was active before and still runs; null when there was none.</returns>
    public async Task<ReleaseId?> RunAsync(Manifest candidate, SmokeDepth depth, bool hostUpgrade, CancellationToken cancellationToken)
    {
        ReleaseId? previous = null;
        var activated = false;
        var apiKey = await key.OfAsync(candidate.Configuration, cancellationToken);
        try
        {
            await journal.RunAsync("Rollout", async () =>
            {
                var start = time.GetTimestamp();
                await environment.Rollout.PrepareAsync(candidate, hostUpgrade, cancellationToken);
                await RetireLeftoversAsync(candidate.Release, cancellationToken);
                await environment.Rollout.StartAsync(candidate, cancellationToken);
                var started = time.GetElapsedTime(start);
                await gate.EnsureHeldAsync(cancellationToken);
                activated = true;
                previous = await environment.Rollout.ActivateAsync(candidate.Release, cancellationToken);
                await gate.RecordAsync(LedgerEvent.Activated, candidate, cancellationToken, took: time.GetElapsedTime(start));
                return FormattableString.Invariant($"healthy after {started.TotalSeconds:0.00} s, then all traffic in one step");
            });
            await journal.RunAsync("SmokeTest", () => ProveAsync(candidate, apiKey, depth, cancellationToken));
        }
        catch (Exception failure) when (failure is not LeaseLostException)
        {
            await failures.PrintAsync(candidate.Release, failure, cancellationToken);
            await _undo.RunAsync(candidate, activated, previous, failure);
            throw;
        }

        return previous == candidate.Release ? null : previous;
    }

    /// <summary>A killed run leaves a candidate that nobody waits for; a retired release that still drains goes by itself.</summary>
    private async Task RetireLeftoversAsync(ReleaseId candidate, CancellationToken cancellationToken)
    {
        var status = await environment.Rollout.StatusAsync(cancellationToken);
        foreach (var leftover in status.Running.Where(release => release.Id != candidate && release.Id != status.Active && !release.IsLeaving))
        {
            journal.Say($"Release {leftover.Id} is left over from a run that was killed: retired.");
            await environment.Rollout.RetireAsync(leftover.Id, wait: false, cancellationToken);
        }
    }

    private async Task<string?> ProveAsync(Manifest candidate, string? apiKey, SmokeDepth depth, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var url = (await environment.Rollout.StatusAsync(cancellationToken)).Url;
        var steps = 0;
        await smoke.RunAsync(
            new SmokeTarget(url, candidate.Release, apiKey),
            depth,
            step =>
            {
                steps++;
                journal.Say(FormattableString.Invariant($"{step.Name} ({step.Took.TotalMilliseconds:0} ms)"));
            },
            cancellationToken);
        await gate.EnsureHeldAsync(cancellationToken);
        await gate.RecordAsync(LedgerEvent.Verified, candidate, cancellationToken, $"{steps} steps of the smoke test passed", time.GetElapsedTime(start));
        return $"{steps} steps passed";
    }
}
