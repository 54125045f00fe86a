namespace VectorDb.Build.Releases.Locking;

/// <summary>
/// One run at a time changes an environment. The lock is a lease: renewed by a heartbeat, freed when its owner dies, and
/// numbered by a fencing token that only grows, so that a run that was stopped and woke up too late changes nothing.
/// </summary>
internal sealed class ReleaseLock(ILockStore store, IProcessTable processes, TimeProvider time)
{
    /// <summary>How long a lease outlives its last heartbeat.</summary>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(60);

    public Task<LockState> ReadAsync(CancellationToken cancellationToken) => store.ReadAsync(cancellationToken);

    /// <exception cref="LockHeldException">At once, when another run holds it or deploys are frozen.</exception>
    public async Task<Lease> AcquireAsync(LockRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = await store.ReadAsync(cancellationToken);
            if (state.Freeze is { } freeze && !request.DespiteFreeze)
            {
                throw LockHeldException.By(freeze, request.Unfreeze);
            }

            if (state.Holder is { } other && !IsFree(other) && !(other.IsWaiting && request.OverWaiting))
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

    private bool IsFree(LockHolder holder) =>
        holder.ExpiresAt <= time.GetUtcNow() || (holder.Process is { } process && processes.HasEnded(process));

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
