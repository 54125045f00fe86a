namespace VectorDb.Dashboard.Queue;

internal interface IQueueMonitor
{
    /// <summary>Never throws for an unreachable queue: that is an answer too.</summary>
    Task<QueueStatus> ReadAsync(CancellationToken cancellationToken);
}
