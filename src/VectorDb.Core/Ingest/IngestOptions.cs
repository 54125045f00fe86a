namespace VectorDb.Core.Ingest;

/// <summary>How the workers divide and time their work.</summary>
internal sealed record IngestOptions
{
    /// <summary>After it a job books what is done and queues the rest.</summary>
    public TimeSpan SoftLimit { get; init; } = TimeSpan.FromSeconds(1740);

    /// <summary>After it a job is failed and retried.</summary>
    public TimeSpan HardLimit { get; init; } = TimeSpan.FromSeconds(1800);

    /// <summary>Without a sign of life for so long, a job is another worker's to take.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a stopping process lets the batch under way finish.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Ended tasks, their errors and files are kept so long.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Records of a chunk: one full request to the embeddings service.</summary>
    public int ChunkRecords { get; init; } = 2_048;

    /// <summary>Bytes of a chunk's file, texts and metadata, after which it is closed early.</summary>
    public int ChunkBytes { get; init; } = 8_000_000;

    /// <summary>Characters of a chunk's lines, texts and metadata, that are embedded and booked in one go.</summary>
    public int BatchCharacters { get; init; } = 2_000_000;

    /// <summary>Tries of a chunk or a splitting before its records are given up and listed as errors.</summary>
    public int MostAttempts { get; init; } = 10;

    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often lost jobs are looked for.</summary>
    public TimeSpan ReconcileEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A job announced so long ago and not begun counts as lost when the queue is empty.</summary>
    public TimeSpan LostWhenQueueEmpty { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The same while the queue has other jobs.</summary>
    public TimeSpan LostOtherwise { get; init; } = TimeSpan.FromMinutes(2);
}
