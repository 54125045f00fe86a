namespace VectorDb.Build.Releases.Locking;

/// <summary>The lock, held. Disposing releases it; a heartbeat renews it until then.</summary>
internal sealed class Lease : IAsyncDisposable
{
    private readonly ILockStore _store;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly Task _renewing;

    internal Lease(ILockStore store, long fencingToken, TimeProvider time)
    {
        _store = store;
        _time = time;
        FencingToken = fencingToken;
        _renewing = RenewUntilEndedAsync(new PeriodicTimer(ReleaseLock.Heartbeat, time));
    }

    public long FencingToken { get; }

    /// <summary>To be called before each step that changes something.</summary>
    /// <exception cref="LeaseLostException">Another run has taken over.</exception>
    public Task EnsureHeldAsync(CancellationToken cancellationToken) => EnsureAsync(RenewedHolder, cancellationToken);

    /// <summary>Waits for somebody's yes, and stands in nobody's way meanwhile who cannot wait for it.</summary>
    /// <exception cref="LeaseLostException">Such a run has taken over: nothing may follow the yes.</exception>
    public async Task WhileWaitingAsync(Func<CancellationToken, Task> wait, CancellationToken cancellationToken)
    {
        await EnsureAsync(holder => RenewedHolder(holder) with { IsWaiting = true }, cancellationToken);
        await wait(cancellationToken);
        await EnsureAsync(holder => RenewedHolder(holder) with { IsWaiting = false }, cancellationToken);
    }

    /// <summary>Does what takes long and changes something, and stops it as soon as a heartbeat finds the lease taken over.</summary>
    /// <exception cref="LeaseLostException">Another run has taken over.</exception>
    public async Task<T> WhileHeldAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await EnsureHeldAsync(cancellationToken);
        using var held = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _lost.Token);
        try
        {
            return await work(held.Token);
        }
        catch (OperationCanceledException) when (_lost.IsCancellationRequested)
        {
            throw new LeaseLostException();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _renewing;
        await ChangeAsync(static _ => null, CancellationToken.None);
        _ended.Dispose();
        _lost.Dispose();
    }

    private async Task EnsureAsync(Func<LockHolder, LockHolder> change, CancellationToken cancellationToken)
    {
        if (!await ChangeAsync(change, cancellationToken))
        {
            await _lost.CancelAsync();
            throw new LeaseLostException();
        }
    }

    private async Task RenewUntilEndedAsync(PeriodicTimer timer)
    {
        using (timer)
        {
            try
            {
                while (await timer.WaitForNextTickAsync(_ended.Token) && !_lost.IsCancellationRequested)
                {
                    await BeatAsync();
                }
            }
            catch (OperationCanceledException)
            {
                // Disposed: the lease is released next.
            }
        }
    }

    private async Task BeatAsync()
    {
        try
        {
            if (!await ChangeAsync(RenewedHolder, _ended.Token))
            {
                await _lost.CancelAsync();
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The store is away for a moment: the next beat tries again, and a changing step asks for itself.
        }
    }

    private LockHolder RenewedHolder(LockHolder holder) => holder with { ExpiresAt = _time.GetUtcNow() + ReleaseLock.TimeToLive };

    /// <returns>False when the lease is no longer this run's.</returns>
    private async Task<bool> ChangeAsync(Func<LockHolder, LockHolder?> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = await _store.ReadAsync(cancellationToken);
            if (state.Holder is null || state.FencingToken != FencingToken)
            {
                return false;
            }

            var next = state with { Revision = state.Revision + 1, Holder = change(state.Holder) };
            if (await _store.TryWriteAsync(next, cancellationToken))
            {
                return true;
            }
        }
    }
}
