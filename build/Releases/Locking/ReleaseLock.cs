using VectorDb.Build.Processes;

namespace VectorDb.Build.Releases.Locking;

/// <summary>
/// One run at a time changes an environment. The lock is a lease: renewed by a heartbeat, freed when its owner dies, and
/// numbered by a fencing token that only grows, so that a run that was stopped and woke up too late changes nothing.
/// </summary>
internal sealed class ReleaseLock(ILockStore store, IProcessTable processes, TimeProvider time)
{
    /// <summary>How long a lease outlives its last heartbeat.</summary>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(60);

    public static readonly TimeSpan Heartbeat = TimeToLive / 4;

    private static readonly TimeSpan Silence = Heartbeat * 1.5;

    public Task<LockState> ReadAsync(CancellationToken cancellationToken) => store.ReadAsync(cancellationToken);

    /// <exception cref="LockHeldException">When another run holds it or deploys are frozen: at once, unless its lease looks as if it had run out.</exception>
    public async Task<Lease> AcquireAsync(LockRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = await store.ReadAsync(cancellationToken);
            if (state.Freeze is { } freeze && !request.DespiteFreeze)
            {
                throw LockHeldException.By(freeze, request.Unfreeze);
            }

            if (state.Holder is { } other && !HasEnded(other) && !(other.IsWaiting && request.OverWaiting) && await IsAliveAsync(state, other, request.Say, cancellationToken))
            {
                throw LockHeldException.By(other);
            }

            var now = time.GetUtcNow();
            var holder = new LockHolder(request.Owner, request.Run, request.Purpose, now, now + TimeToLive, processes.Current);
            var next = state with { Revision = state.Revision + 1, FencingToken = state.FencingToken + 1, Holder = holder };
            if (await store.TryWriteAsync(next, cancellationToken))
            {
                return new Lease(store, next.FencingToken, time);
            }
        }
    }

    /// <summary>Stops later deploys; a run that goes on is not touched. A second freeze replaces the message.</summary>
    public Task FreezeAsync(string by, string message, CancellationToken cancellationToken) =>
        ChangeAsync(state => state with { Freeze = new Freeze(by, message, time.GetUtcNow()) }, cancellationToken);

    public Task UnfreezeAsync(CancellationToken cancellationToken) => ChangeAsync(state => state with { Freeze = null }, cancellationToken);

    private bool HasEnded(LockHolder holder) => holder.Process is { } process && processes.HasEnded(process);

    /// <summary>The end of a lease is its holder's clock against this one's. Where that has come, only a heart that beats no more tells that nobody is there.</summary>
    private async Task<bool> IsAliveAsync(LockState state, LockHolder holder, Action<string> say, CancellationToken cancellationToken)
    {
        if (holder.ExpiresAt > time.GetUtcNow())
        {
            return true;
        }

        say(FormattableString.Invariant($"{holder.Purpose} by {holder.Owner} ({holder.Run}) has let its lock run out; taking it in {Silence.TotalSeconds:0} s, unless that run still lives ..."));
        await Task.Delay(Silence, time, cancellationToken);
        var now = await store.ReadAsync(cancellationToken);
        return now.FencingToken == state.FencingToken && now.Holder is { } still && still != holder;
    }

    private async Task ChangeAsync(Func<LockState, LockState> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = await store.ReadAsync(cancellationToken);
            if (await store.TryWriteAsync(change(state) with { Revision = state.Revision + 1 }, cancellationToken))
            {
                return;
            }
        }
    }
}
