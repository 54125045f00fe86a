using VectorDb.Build.Releases;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Infrastructure;

/// <summary>
/// Tells a state's lock that nobody will give back. Who applies holds the lease of the environment, and whoever loses that stops Terraform:
/// so under the lease a lock older than all that was left by a run that was killed. A plan of another run, which needs no lease, is over by then.
/// </summary>
internal sealed class AbandonedLock(Lazy<ReleaseGate> gate, StepJournal journal, TimeProvider time)
{
    /// <summary>A lost lease is found within a minute, and Terraform has two more to stop.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromMinutes(4);

    /// <returns>False where this run does not hold the lease; true once the lock is old enough.</returns>
    public async Task<bool> IsAbandonedAsync(StateLock held, CancellationToken cancellation)
    {
        if (!gate.Value.IsEntered)
        {
            return false;
        }

        if (held.Created + Age - time.GetUtcNow() is { Ticks: > 0 } rest)
        {
            journal.Say(FormattableString.Invariant($"the state is locked by {held.Who} since {held.Created:HH:mm:ss} UTC; should that run be dead, this one goes on in {rest.TotalSeconds:0} s"));
            await Task.Delay(rest, time, cancellation);
        }

        await gate.Value.EnsureHeldAsync(cancellation);
        journal.Say($"the lock of the state that {held.Who} has left is taken away");
        return true;
    }
}
