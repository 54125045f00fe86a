namespace VectorDb.Core.Queue;

/// <summary>What the workers ask of the queue beyond <see cref="Tasks.ITaskQueue"/>. Each answers false when it could not be reached.</summary>
public interface IChunkQueue
{
    /// <param name="chunk">The chunk to index, or null to split the task.</param>
    /// <param name="delay">How long it waits before a worker may take it; null for none.</param>
    Task<bool> EnqueueAsync(string taskId, int? chunk, TimeSpan? delay, CancellationToken cancellationToken);

    /// <returns>
    /// Jobs that a free worker would take now, or null when the queue could not be reached. Those that a worker has taken are not in
    /// it: their leases tell whether that worker lives, while the queue believes for hours that it does. Nor are delayed ones: a
    /// flush in the middle of a job leaves a wreck of it there, which waits for hours too.
    /// </returns>
    Task<long?> DepthAsync(CancellationToken cancellationToken);
}
