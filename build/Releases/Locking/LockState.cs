using VectorDb.Build.Processes;

namespace VectorDb.Build.Releases.Locking;

/// <summary>The one document that a lock is.</summary>
/// <param name="Revision">Grows with every change of the document; a change is refused unless it is based on the newest one.</param>
/// <param name="FencingToken">Grows with every lease; a run whose token is not the newest has lost its lease.</param>
/// <param name="Holder">Who holds the lease; null when nobody does.</param>
/// <param name="Freeze">Set by a person, or after a rollback: no deploy until it is lifted.</param>
internal sealed record LockState(long Revision, long FencingToken, LockHolder? Holder, Freeze? Freeze)
{
    public static LockState Free { get; } = new(0, 0, null, null);
}

/// <param name="Owner">Who: <c>user@machine</c>, or the caller's ARN.</param>
/// <param name="Run">Where to look: <c>machine/process</c>, or the address of the pipeline run.</param>
/// <param name="Purpose">What for, as typed: <c>Deploy</c>.</param>
/// <param name="Since">When it was taken (UTC).</param>
/// <param name="ExpiresAt">When it frees itself unless renewed (UTC).</param>
/// <param name="Process">The process that holds it, so that its death is seen at once on the same machine.</param>
internal sealed record LockHolder(
    string Owner, string Run, string Purpose, DateTimeOffset Since, DateTimeOffset ExpiresAt, ProcessIdentity? Process)
{
    /// <summary>Whether it waits for somebody's yes and changes nothing meanwhile.</summary>
    public bool IsWaiting { get; init; }
}

internal sealed record Freeze(string By, string Message, DateTimeOffset Since);

/// <summary>What a run says about itself when it asks for the lock.</summary>
/// <param name="DespiteFreeze">A rollback and a stop are allowed while deploys are frozen.</param>
internal sealed record LockRequest(string Owner, string Run, string Purpose, bool DespiteFreeze = false)
{
    /// <summary>What those type who find deploys frozen.</summary>
    public string Unfreeze { get; init; } = "./build.sh --target=Unfreeze";

    /// <summary>Told why it takes a while.</summary>
    public Action<string> Say { get; init; } = static _ => { };

    /// <summary>A rollback does not stand behind a run that waits for somebody's yes: it takes the lock from it.</summary>
    public bool OverWaiting { get; init; }
}
