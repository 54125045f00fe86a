using System.Globalization;
using VectorDb.Core.Ingest.Reading;
using VectorDb.Core.Stores;

namespace VectorDb.Core.Tasks;

/// <summary>
/// What the API needs of the durable book of tasks (SQLite or DynamoDB). It is the truth; the queue is only a nudge,
/// so a task that could not be enqueued, or whose job was lost, is found here and enqueued again.
/// </summary>
public interface ITaskLedger
{
    /// <summary>Writes a pending task. With an idempotency key seen before, returns the task made then.</summary>
    /// <exception cref="IdempotencyConflictException">The key was used for another upload.</exception>
    Task<IngestTask> CreateAsync(NewTask task, CancellationToken cancellationToken);

    Task<IngestTask?> FindAsync(string taskId, CancellationToken cancellationToken);

    /// <summary>Newest first.</summary>
    Task<Page<IngestTask>> ListAsync(int limit, string? cursor, string? collection, CancellationToken cancellationToken);

    IAsyncEnumerable<RecordError> ErrorsAsync(string taskId, CancellationToken cancellationToken);

    /// <summary>Ends it at once. Its open chunks are still to be taken, to list their records as failed.</summary>
    /// <returns>False when it had ended already.</returns>
    Task<bool> CancelAsync(string taskId, CancellationToken cancellationToken);

    /// <summary>Makes a pending task of the failed records and, where the task ended before it had read its file, of the unread ones. While one made before is there, returns that.</summary>
    /// <returns>Null when there is nothing to repeat, it has not ended, or its last records are still to be accounted for.</returns>
    Task<IngestTask?> RetryAsync(string taskId, CancellationToken cancellationToken);
}

/// <param name="IdempotencyKey">From the request header; null for none.</param>
/// <param name="ContentHash">Of the file and options, to tell a repeated upload from a reused key.</param>
public sealed record NewTask(
    string Id, string Collection, string FileKey, UploadOptions Options, string? IdempotencyKey, string ContentHash)
{
    /// <inheritdoc cref="IngestTask.CollectionId"/>
    public long? CollectionId { get; init; }

    /// <summary>Whether this is the upload of that task once more: what the file is called may decide how it is read.</summary>
    internal bool Repeats(IngestTask earlier) =>
        earlier.ContentHash == ContentHash && FormatSniffer.ReadsAlike(Options, earlier.FileKey, FileKey);

    /// <summary>The key as ledgers store it: with the collection's id, so that a later collection of the same name does not find it.</summary>
    internal string? ScopedKey => IdempotencyKey is null || CollectionId is null
        ? IdempotencyKey
        : string.Create(CultureInfo.InvariantCulture, $"{CollectionId}:{IdempotencyKey}");
}

public sealed class IdempotencyConflictException(string key) : Exception(
    $"Idempotency-Key '{key}' was used for a different upload; use a new key.");
