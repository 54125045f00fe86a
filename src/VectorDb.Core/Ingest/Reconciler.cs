using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VectorDb.Core.Files;
using VectorDb.Core.Queue;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest;

/// <summary>
/// Compares the ledger with the queue and announces again what has no job any more (a flushed or failed-over queue, a
/// nudge that never arrived, a worker that died); and forgets old tasks, and files that belong to none. Every worker runs one: an extra job does nothing.
/// </summary>
internal sealed partial class Reconciler(
    ITaskLedger tasks, IChunkLedger ledger, IChunkQueue queue, IFileStore files, IngestCounts counts, IngestOptions options, TimeProvider time, ILogger<Reconciler> log)
    : BackgroundService
{
    private const int MostAtOnce = 256;
    private const int TasksPurgedAtOnce = 50;
    private static readonly TimeSpan OrphanedAfter = TimeSpan.FromDays(2);
    private static readonly TimeSpan PurgeEvery = TimeSpan.FromHours(1);
    private DateTimeOffset _nextPurge = DateTimeOffset.MinValue;

    /// <returns>How many jobs were announced again.</returns>
    public async Task<int> ReconcileAsync(CancellationToken cancellationToken)
    {
        var backlog = await ledger.BacklogAsync(cancellationToken);
        if (await queue.DepthAsync(cancellationToken) is not { } depth)
        {
            return 0;
        }

        // With as many jobs as open work nothing can be missing; announcing again what merely waits would flood a long queue.
        if (depth > backlog.Tasks + backlog.Chunks)
        {
            return 0;
        }

        var age = depth == 0 ? options.LostWhenQueueEmpty : options.LostOtherwise;
        var lost = await ledger.TakeLostAsync(time.GetUtcNow() - age, MostAtOnce, cancellationToken);
        foreach (var work in lost)
        {
            await queue.EnqueueAsync(work.TaskId, work.Number, delay: null, cancellationToken);
        }

        if (lost.Count > 0)
        {
            counts.Requeued(lost.Count);
            LogRequeued(lost.Count);
        }

        return lost.Count;
    }

    public async Task PurgeAsync(CancellationToken cancellationToken)
    {
        PurgedTasks purged;
        do
        {
            purged = await ledger.PurgeAsync(time.GetUtcNow() - options.Retention, TasksPurgedAtOnce, cancellationToken);
            foreach (var key in purged.Files)
            {
                await DeleteAsync(key, cancellationToken);
            }
        }
        while (purged.Count == TasksPurgedAtOnce);

        await PurgeFilesOfNoTaskAsync(cancellationToken);
    }

    /// <summary>Removes files of a process that was killed between writing a file and booking its task. An upload under way is never that old.</summary>
    private async Task PurgeFilesOfNoTaskAsync(CancellationToken cancellationToken)
    {
        var isKnown = new Dictionary<string, bool>();
        await foreach (var key in files.OlderThanAsync(time.GetUtcNow() - OrphanedAfter, cancellationToken))
        {
            var taskId = FileKeys.TaskId(key);
            if (!isKnown.TryGetValue(taskId, out var known))
            {
                isKnown[taskId] = known = await tasks.FindAsync(taskId, cancellationToken) is not null;
            }

            // A retry reads the upload of a task that may be forgotten by now.
            if (!known && !await ledger.NeedsAsync(key, cancellationToken))
            {
                await DeleteAsync(key, cancellationToken);
            }
        }
    }

    // One that cannot be removed keeps none of the others.
    private async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            await files.DeleteAsync(key, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogKept(exception, key);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(options.ReconcileEvery, time);
        try
        {
            do
            {
                await PassAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReconcileAsync(cancellationToken);
            if (time.GetUtcNow() >= _nextPurge)
            {
                // Before it: one that fails looks through all files too, which is not for every pass.
                _nextPurge = time.GetUtcNow() + PurgeEvery;
                await PurgeAsync(cancellationToken);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The next pass sees whatever this one missed.
            LogFailed(exception);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Count} jobs had vanished from the queue and were announced again")]
    private partial void LogRequeued(int count);

    [LoggerMessage(LogLevel.Error, "The file {Key}, which no task needs any more, could not be removed; this is tried again")]
    private partial void LogKept(Exception exception, string key);

    [LoggerMessage(LogLevel.Error, "A pass over the ledger failed")]
    private partial void LogFailed(Exception exception);
}
