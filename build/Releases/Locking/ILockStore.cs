namespace VectorDb.Build.Releases.Locking;

/// <summary>Where the lock's document lives: a file, an item of a table.</summary>
internal interface ILockStore
{
    /// <returns>The newest document; <see cref="LockState.Free"/> when there is none yet.</returns>
    Task<LockState> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Replaces the document in one step, only when the stored revision is the one before <c>next.Revision</c>.</summary>
    /// <returns>Whether it was replaced.</returns>
    Task<bool> TryWriteAsync(LockState next, CancellationToken cancellationToken);
}
