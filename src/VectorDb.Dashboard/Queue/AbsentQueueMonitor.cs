namespace VectorDb.Dashboard.Queue;

internal sealed class AbsentQueueMonitor : IQueueMonitor
{
    public const string Reason = "VECTORDB_REDIS is not set: tasks wait in the ledger.";

    public Task<QueueStatus> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(QueueStatus.Unreachable(Reason));
}
