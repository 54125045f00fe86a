using VectorDb.Core.Tasks;

namespace VectorDb.Core.Queue;

/// <summary>No queue is configured: tasks wait in the ledger.</summary>
internal sealed class AbsentQueue : ITaskQueue
{
    public Task<bool> NudgeAsync(string taskId, CancellationToken cancellationToken) => Task.FromResult(false);
}
