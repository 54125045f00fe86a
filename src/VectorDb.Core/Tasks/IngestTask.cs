namespace VectorDb.Core.Tasks;

/// <summary>Where a task stands. On the wire in snake case: <c>processing_chunks</c>, <c>partially_completed</c>.</summary>
public enum TaskState
{
    Pending,
    Processing,
    ProcessingChunks,
    Completed,
    PartiallyCompleted,
    Failed,
    Cancelled,
}

/// <summary>One upload on its way into a collection.</summary>
/// <param name="FileKey">The upload in the file store.</param>
/// <param name="Error">Why the task as a whole failed, or fails as soon as its last record is accounted for; single records are in the error list.</param>
/// <param name="Total">Records read so far, final once splitting has ended; every one ends succeeded or failed.</param>
public sealed record IngestTask(
    string Id,
    string Collection,
    TaskState State,
    UploadOptions Options,
    string FileKey,
    long Total,
    long Succeeded,
    long Failed,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    string? Error)
{
    /// <summary>Tells the collection from a later one of the same name; null in tasks of releases that did not keep it.</summary>
    public long? CollectionId { get; init; }

    /// <summary>The task whose failed records this one repeats.</summary>
    public string? RetryOf { get; init; }

    /// <summary>SHA-256 of the file and options; numbered rows take their ids from it, so that two files never share one.</summary>
    public string ContentHash { get; init; } = "";

    /// <summary>Nothing more of it is indexed, as it was cancelled or aborted: what is not settled yet is listed as failed.</summary>
    public bool IsStopped => HasEnded || Error is not null;

    /// <summary>Records of it failed, or it ended before it had read all of them.</summary>
    public bool CanBeRetried => HasEnded && (Failed > 0 || State is TaskState.Failed or TaskState.Cancelled);

    internal NewTask Again(string id) => new(id, Collection, FileKey, Options, IdempotencyKey: null, ContentHash) { CollectionId = CollectionId };

    public bool HasEnded => State is TaskState.Completed or TaskState.PartiallyCompleted or TaskState.Failed or TaskState.Cancelled;
}

public enum FileFormat
{
    /// <summary>Told from the file's name and its first bytes.</summary>
    Auto,
    Csv,
    JsonLines,
    Text,
}

public enum OnError
{
    /// <summary>A bad record goes to the error file and the rest goes on.</summary>
    Continue,

    /// <summary>The first bad record fails the task.</summary>
    Abort,
}

/// <param name="IdColumn">Column of the record id; null takes a column named <c>id</c>, else numbers the rows as <c>{start of the content hash}-{row}</c>.</param>
/// <param name="TextColumns">Joined by a blank line into the text to embed; null takes <c>text</c>, or the only column there is.</param>
/// <param name="MetadataColumns">Null for every column that is neither id nor text.</param>
/// <param name="Delimiter">Of a CSV file; null finds it out.</param>
/// <param name="ChunkSize">Characters of text a record holds at most; null for no splitting.</param>
/// <param name="ChunkOverlap">Characters that neighbouring pieces share.</param>
public sealed record UploadOptions(
    FileFormat Format = FileFormat.Auto,
    string? IdColumn = null,
    IReadOnlyList<string>? TextColumns = null,
    IReadOnlyList<string>? MetadataColumns = null,
    char? Delimiter = null,
    int? ChunkSize = null,
    int ChunkOverlap = 0,
    OnError OnError = OnError.Continue);

/// <param name="Row">1-based row (line of data) in the file.</param>
public sealed record RecordError(long Row, string? Id, string Reason)
{
    /// <summary>2,048 errors with ids of 256 characters then stay under the 4 MB of a DynamoDB transaction.</summary>
    private const int LongestReason = 500;

    private const string CutOff = "...";

    /// <summary>The file that held the record was gone, so that nobody knows which it was.</summary>
    internal static RecordError OfUnknownRow(string reason) => new(Row: 0, Id: null, reason);

    internal bool IsOfUnknownRow => Row == 0;

    /// <summary>As it is kept: a reason may quote what the file says, and a line of that may have millions of characters.</summary>
    internal RecordError Clipped() => Reason.Length <= LongestReason ? this : this with { Reason = Start(Reason, LongestReason - CutOff.Length) + CutOff };

    /// <summary>Never with half of a surrogate pair at its end, of which ledgers would make another character.</summary>
    internal static string Start(string text, int most) =>
        text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
}
