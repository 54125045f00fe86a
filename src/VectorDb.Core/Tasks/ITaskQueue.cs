namespace VectorDb.Core.Tasks;

/// <summary>Tells the workers that a task waits. Losing the nudge loses nothing: the ledger finds it again.</summary>
public interface ITaskQueue
{
    /// <returns>False when the queue could not be reached.</returns>
    Task<bool> NudgeAsync(string taskId, CancellationToken cancellationToken);
}
