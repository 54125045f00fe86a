namespace VectorDb.Core.Tasks;

/// <summary>
/// What the workers need of the book of tasks. Every write names the lease it was made under and is refused when that lease
/// was lost or the task has ended, so a worker that was thought dead cannot count a record twice.
/// </summary>
public interface IChunkLedger
{
    /// <summary>Takes a pending or abandoned task to split it; moves it to <see cref="TaskState.Processing"/>.</summary>
    /// <returns>Null when it is being split by another, was split already, or has ended.</returns>
    Task<SplitClaim?> ClaimSplitAsync(string taskId, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>
    /// Books one chunk and the errors met while it was read, and counts them, in one transaction. The task got on, so its attempts are counted
    /// anew from this one.
    /// </summary>
    /// <returns><see cref="Booking.Refused"/> also when the task has ended or been aborted.</returns>
    Task<Booking> AddChunkAsync(SplitClaim claim, NewChunk chunk, CancellationToken cancellationToken);

    /// <summary>Everything was read: <see cref="TaskState.ProcessingChunks"/>, or the end when no chunk is open any more.</summary>
    Task<bool> FinishSplitAsync(SplitClaim claim, CancellationToken cancellationToken);

    /// <summary>Gives a task back unsplit, to be claimed again not before <paramref name="notBefore"/>.</summary>
    /// <param name="failedAttempt">Whether this counts towards the attempts a task has.</param>
    Task ReleaseSplitAsync(SplitClaim claim, DateTimeOffset notBefore, bool failedAttempt, CancellationToken cancellationToken);

    /// <summary>Aborts the task, unless it has ended: it fails with its last open chunk, at once when there is none.</summary>
    Task FailAsync(string taskId, string reason, CancellationToken cancellationToken);

    /// <summary>Also of a task that is stopped, so that its records are accounted for: at once, whatever time the chunk was released to.</summary>
    /// <returns>Null when it is done or leased to another.</returns>
    Task<ChunkClaim?> ClaimChunkAsync(string taskId, int number, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Books a part of the chunk as settled and counts it, whatever became of the task; ends the task with its last open chunk. Attempts are counted anew from this one.</summary>
    Task<Booking> CheckpointAsync(ChunkClaim claim, ChunkProgress progress, CancellationToken cancellationToken);

    /// <summary>Gives the rest of a chunk back, to be claimed again not before <paramref name="notBefore"/> or the stop of its task.</summary>
    /// <param name="failedAttempt">Whether this counts towards the attempts a chunk has.</param>
    Task ReleaseChunkAsync(ChunkClaim claim, DateTimeOffset notBefore, bool failedAttempt, CancellationToken cancellationToken);

    /// <param name="number">The chunk, or null for the splitting of the task.</param>
    /// <returns>False when the lease was lost or the task is stopped.</returns>
    Task<bool> RenewAsync(string taskId, int? number, string lease, TimeSpan extension, CancellationToken cancellationToken);

    /// <summary>Open work that nobody holds and that was last announced before <paramref name="nudgedBefore"/>, oldest first; marks it as announced now.</summary>
    Task<IReadOnlyList<LostWork>> TakeLostAsync(DateTimeOffset nudgedBefore, int limit, CancellationToken cancellationToken);

    Task<LedgerBacklog> BacklogAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Forgets up to <paramref name="limit"/> tasks that ended before <paramref name="finishedBefore"/>. One that was tried again stays as
    /// long as its retry: what a retry of that repeats is known from the errors of both.
    /// </summary>
    Task<PurgedTasks> PurgeAsync(DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken);

    /// <returns>Whether a task reads this upload.</returns>
    Task<bool> NeedsAsync(string fileKey, CancellationToken cancellationToken);
}

/// <summary>What became of a write to the book.</summary>
public enum Booking
{
    /// <summary>The lease was lost: nothing was written.</summary>
    Refused,

    /// <summary>Written, and the task is stopped: nothing more is to be read or indexed.</summary>
    Last,

    /// <summary>Written, and the work goes on.</summary>
    GoesOn,
}

/// <param name="Lease">Token that later writes must show.</param>
/// <param name="ChunksBooked">Chunks that earlier attempts booked; the next one takes this number.</param>
/// <param name="OutcomesBooked">Records and errors in them: the reading resumes behind these.</param>
/// <param name="Attempt">1 for the first since anything was booked.</param>
public sealed record SplitClaim(IngestTask Task, string Lease, int ChunksBooked, long OutcomesBooked, int Attempt);

/// <param name="FileKey">The file that holds its records.</param>
/// <param name="Records">How many those are; with none there is only something to count.</param>
/// <param name="Errors">Rows that could not be read, up to and including this chunk's last row.</param>
/// <param name="AbortReason">Aborts the task with the same write.</param>
public sealed record NewChunk(int Number, string FileKey, int Records, IReadOnlyList<RecordError> Errors, string? AbortReason = null);

/// <param name="Done">Records of it that were settled before: the work resumes behind these.</param>
/// <param name="Attempt">1 for the first since anything was booked.</param>
public sealed record ChunkClaim(IngestTask Task, int Number, string FileKey, string Lease, int Records, int Done, int Attempt);

/// <param name="Done">Records of the chunk settled so far, this part included.</param>
/// <param name="Succeeded">Indexed by this part.</param>
/// <param name="Errors">The others of this part.</param>
/// <param name="AbortReason">Aborts the task with the same write.</param>
public sealed record ChunkProgress(int Done, int Succeeded, IReadOnlyList<RecordError> Errors, string? AbortReason = null);

/// <param name="Number">The chunk, or null when the task itself waits to be split.</param>
public sealed record LostWork(string TaskId, int? Number);

/// <param name="Count">How many tasks were forgotten.</param>
/// <param name="Files">Keys of the files that nothing refers to any more.</param>
public sealed record PurgedTasks(int Count, IReadOnlyList<string> Files);

/// <param name="Tasks">Tasks that wait to be split.</param>
/// <param name="Chunks">Chunks that are not done.</param>
public sealed record LedgerBacklog(int Tasks, int Chunks);
