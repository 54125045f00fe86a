using VectorDb.Build.Environments;
using VectorDb.Build.Releases.Locking;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Releases;

/// <summary>
/// The way into an environment for a run that changes it: the lock is taken before the first step and given back after the last,
/// and whatever is written to the ledger carries who the run is.
/// </summary>
public sealed class ReleaseGate
{
    private readonly IReleaseEnvironment _environment;
    private readonly StepJournal _journal;
    private readonly TimeProvider _time;
    private Lease? _lease;
    private Identity? _identity;

    internal ReleaseGate(IReleaseEnvironment environment, StepJournal journal, TimeProvider time) => (_environment, _journal, _time) = (environment, journal, time);

    /// <summary>Who runs this.</summary>
    /// <exception cref="InvalidOperationException">The gate was not entered.</exception>
    internal Identity Identity => _identity ?? throw NotEntered();

    /// <summary>Whether this run may change the environment.</summary>
    internal bool IsEntered => _lease is not null;

    /// <param name="purpose">The target, for those who find the lock held.</param>
    /// <param name="despiteFreeze">Whether it may go on while deploys are frozen.</param>
    /// <param name="overWaiting">Whether it takes the lock from a run that waits for its approval.</param>
    /// <exception cref="LockHeldException">Another run is inside, or deploys are frozen.</exception>
    public async Task EnterAsync(string purpose, bool despiteFreeze, bool overWaiting, CancellationToken cancellationToken)
    {
        var identity = await _environment.IdentifyAsync(cancellationToken);
        var request = new LockRequest(identity.Owner, identity.Run, purpose, despiteFreeze) { Unfreeze = _environment.Command("Unfreeze"), OverWaiting = overWaiting, Say = _journal.Say };
        _lease = await _environment.Lock.AcquireAsync(request, cancellationToken);
        _identity = identity;
    }

    /// <summary>Gives the lock back; no error when it was never taken.</summary>
    public async Task LeaveAsync()
    {
        if (_lease is not null)
        {
            await _lease.DisposeAsync();
            _lease = null;
        }
    }

    /// <summary>To be called before each step that changes something.</summary>
    /// <exception cref="LeaseLostException">Another run has taken over.</exception>
    internal Task EnsureHeldAsync(CancellationToken cancellationToken) => Entered().EnsureHeldAsync(cancellationToken);

    /// <inheritdoc cref="Lease.WhileHeldAsync"/>
    internal Task<T> WhileHeldAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) => Entered().WhileHeldAsync(work, cancellationToken);

    /// <inheritdoc cref="Lease.WhileWaitingAsync"/>
    internal Task WhileWaitingAsync(Func<CancellationToken, Task> wait, CancellationToken cancellationToken) => Entered().WhileWaitingAsync(wait, cancellationToken);

    /// <summary>Where the environment asks for it: no deploy until somebody has looked.</summary>
    internal async Task FreezeAfterRollbackAsync(string why, CancellationToken cancellationToken)
    {
        if (_environment.Rules.FreezesAfterRollback)
        {
            await _environment.Lock.FreezeAsync(Identity.Owner, why, cancellationToken);
            await RecordAsync(LedgerEvent.Frozen, manifest: null, cancellationToken, why);
        }
    }

    internal Task RecordAsync(
        LedgerEvent what, Manifest? manifest, CancellationToken cancellationToken, string? outcome = null, TimeSpan? took = null) =>
        _environment.Ledger.AppendAsync(
            new LedgerEntry(_time.GetUtcNow(), what, manifest?.Release, manifest?.Commit, Identity.Owner, Identity.Run)
            {
                Outcome = outcome,
                Seconds = took is { } time ? Math.Round(time.TotalSeconds, 3) : null,
            },
            cancellationToken);

    private static InvalidOperationException NotEntered() => new("This target changes the environment, but its run did not take the lock.");

    private Lease Entered() => _lease ?? throw NotEntered();
}
