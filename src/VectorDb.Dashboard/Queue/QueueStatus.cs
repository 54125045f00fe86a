namespace VectorDb.Dashboard.Queue;

/// <summary>What the job queue says of itself at one moment.</summary>
/// <param name="Error">Why it could not be asked; null when it answered.</param>
public sealed record QueueStatus(
    long Enqueued, long Processing, long Scheduled, long Failed, IReadOnlyList<QueueDepth> Queues, IReadOnlyList<WorkerStatus> Workers, string? Error)
{
    public static QueueStatus Unreachable(string reason) => new(0, 0, 0, 0, [], [], reason);
}

/// <param name="Waiting">Jobs no worker has taken yet.</param>
/// <param name="Taken">Jobs a worker works on.</param>
public sealed record QueueDepth(string Name, long Waiting, long Taken);

/// <param name="Threads">Jobs it works on at once, at most.</param>
/// <param name="Heartbeat">When it last said that it lives.</param>
public sealed record WorkerStatus(string Name, int Threads, IReadOnlyList<string> Queues, DateTimeOffset StartedAt, DateTimeOffset? Heartbeat);
