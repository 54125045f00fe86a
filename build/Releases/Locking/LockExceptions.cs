namespace VectorDb.Build.Releases.Locking;

/// <summary>Somebody else holds the lock, or deploys are frozen. Nothing was changed.</summary>
internal sealed class LockHeldException(string message) : Exception(message)
{
    public static LockHeldException By(LockHolder holder) => new(
        $"{holder.Purpose} by {holder.Owner} ({holder.Run}) holds the lock since {holder.Since:yyyy-MM-dd HH:mm:ss} UTC. "
        + $"Wait until it has finished and run the command again; if that run is dead, the lock frees itself by {holder.ExpiresAt:HH:mm:ss} UTC.");

    public static LockHeldException By(Freeze freeze, string unfreeze) => new(
        $"Deploys are frozen since {freeze.Since:yyyy-MM-dd HH:mm:ss} UTC by {freeze.By}: {freeze.Message}. When that is done, lift the freeze: {unfreeze}");
}

/// <summary>The lease ran out or was taken over while the run still went on. The next change must not happen.</summary>
internal sealed class LeaseLostException() : Exception(
    "This run lost the lock: another has taken over, because this one was stopped for longer than the lease lasts, or waited for its approval when a rollback came. "
    + "Nothing more was changed; look at History, then run the command again.");
