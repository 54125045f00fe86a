using VectorDb.Build.Environments;
using VectorDb.Build.Releases;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Rollout;

/// <summary>Takes back a candidate that failed, and says in the ledger what became of it.</summary>
internal sealed class RollbackOfFailure(IReleaseEnvironment environment, ReleaseGate gate, StepJournal journal)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <param name="activated">Whether the candidate may have the traffic.</param>
    /// <param name="previous">What had it before.</param>
    public async Task RunAsync(Manifest candidate, bool activated, ReleaseId? previous, Exception failure)
    {
        // The run itself may have been cancelled: tidying up is not.
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await gate.EnsureHeldAsync(limit.Token);
            var cancelled = failure is OperationCanceledException;
            await gate.RecordAsync(cancelled ? LedgerEvent.Cancelled : LedgerEvent.Failed, candidate, limit.Token, cancelled ? "a signal ended the run" : failure.Message);
            if (activated)
            {
                await GoBackAsync(candidate, previous, limit.Token);
            }

            await environment.Rollout.RetireAsync(candidate.Release, wait: true, limit.Token);
        }
        catch (Exception second)
        {
            journal.Say($"Taking release {candidate.Release} back failed too: {second.Message}");
            journal.Close($"Release {candidate.Release} was not taken back. Look: ./build.sh --target=Status; then ./build.sh --target=Rollback");
        }
    }

    private async Task GoBackAsync(Manifest candidate, ReleaseId? previous, CancellationToken cancellationToken)
    {
        if (await FindReturnAsync(candidate.Release, previous, cancellationToken) is not { } target)
        {
            await environment.Rollout.AbandonAsync(cancellationToken);
            await gate.RecordAsync(LedgerEvent.RolledBack, candidate, cancellationToken, "there was no release to return to: nothing is active");
            await gate.RecordAsync(LedgerEvent.Stopped, manifest: null, cancellationToken);
            journal.Close("There was no release to return to: nothing is active now.");
            return;
        }

        await environment.Rollout.StartAsync(target, cancellationToken);
        await environment.Rollout.ActivateAsync(target.Release, cancellationToken);
        if (previous is { } unproved && unproved != target.Release && unproved != candidate.Release)
        {
            await environment.Rollout.RetireAsync(unproved, wait: false, cancellationToken);
        }

        await gate.RecordAsync(LedgerEvent.RolledBack, candidate, cancellationToken, $"to {target.Release}");
        await gate.RecordAsync(LedgerEvent.Activated, target, cancellationToken, $"back from {candidate.Release}");
        journal.Close($"Rolled back: release {target.Release} is active again.");
    }

    /// <summary>What was active, unless a killed run had activated it without proof: then the last verified one rather than that.</summary>
    private async Task<Manifest?> FindReturnAsync(ReleaseId candidate, ReleaseId? previous, CancellationToken cancellationToken)
    {
        var history = new ReleaseHistory(await environment.Ledger.ReadAsync(cancellationToken));
        ReleaseId[] active = previous is { } release && release != candidate ? [release] : [];
        foreach (var target in active.Where(history.IsVerified).Concat(history.Before(candidate)).Concat(active))
        {
            if (await environment.Catalog.FindAsync(target, cancellationToken) is { } manifest)
            {
                return manifest;
            }
        }

        return null;
    }
}
