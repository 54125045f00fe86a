using Microsoft.Extensions.Logging;
using VectorDb.Core.Hosting;
using VectorDb.Core.Ingest.Reading;
using VectorDb.Core.Queue;
using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest;

/// <summary>
/// Runs the queue's jobs: claim, work, and whatever happens give the rest back with a time to try again. A process that dies
/// without doing so leaves a lease that runs out.
/// </summary>
internal sealed partial class IngestJobs(
    IChunkLedger ledger, IChunkQueue queue, Splitter splitter, ChunkIndexer indexer, IngestOptions options, TimeProvider time, ILogger<IngestJobs> log)
    : IIngestJobs
{
    private const string WorkersDied = "The worker that had it stopped without a word, each time.";

    public async Task SplitAsync(string taskId, CancellationToken cancellationToken)
    {
        using var scope = log.BeginTask(taskId);
        if (await ledger.ClaimSplitAsync(taskId, options.Lease, cancellationToken) is not { } claim)
        {
            return;
        }

        if (claim.Attempt > options.MostAttempts)
        {
            await FailAsync(WorkersDied);
            return;
        }

        await RunAsync(
            new Job(taskId, Chunk: null, claim.Lease, claim.Attempt),
            window => splitter.RunAsync(claim, window),
            (notBefore, failed) => ledger.ReleaseSplitAsync(claim, notBefore, failed, CancellationToken.None),
            exception => FailAsync(FailureReason.Of(exception)),
            cancellationToken);

        Task FailAsync(string reason) => ledger.FailAsync(
            taskId, $"The file could not be read in {claim.Attempt} attempts. {reason}", CancellationToken.None);
    }

    public async Task IndexAsync(string taskId, int chunk, CancellationToken cancellationToken)
    {
        using var scope = log.BeginTask(taskId);
        if (await ledger.ClaimChunkAsync(taskId, chunk, options.Lease, cancellationToken) is not { } claim)
        {
            return;
        }

        if (claim.Task.IsStopped || claim.Attempt > options.MostAttempts)
        {
            await indexer.GiveUpAsync(claim, claim.Task.IsStopped ? NotIndexed(claim.Task) : WorkersDied, CancellationToken.None);
            return;
        }

        await RunAsync(
            new Job(taskId, chunk, claim.Lease, claim.Attempt),
            window => indexer.RunAsync(claim, window),
            (notBefore, failed) => ledger.ReleaseChunkAsync(claim, notBefore, failed, CancellationToken.None),
            GiveUpAsync,
            cancellationToken);

        async Task GiveUpAsync(Exception exception)
        {
            // Claimed anew for its progress: a part of the chunk may have been booked since.
            await ledger.ReleaseChunkAsync(claim, time.GetUtcNow(), failedAttempt: true, CancellationToken.None);
            if (await ledger.ClaimChunkAsync(taskId, chunk, options.Lease, CancellationToken.None) is { } rest)
            {
                await indexer.GiveUpAsync(rest, FailureReason.Of(exception), CancellationToken.None);
            }
        }
    }

    private async Task RunAsync(
        Job job, Func<JobWindow, Task<JobEnd>> work, Func<DateTimeOffset, bool, Task> release, Func<Exception, Task> giveUp, CancellationToken cancellationToken)
    {
        await using var window = new JobWindow(
            options, time, job.Attempt, cancel => ledger.RenewAsync(job.TaskId, job.Chunk, job.Lease, options.Lease, cancel), cancellationToken);
        try
        {
            var started = time.GetTimestamp();
            var end = await work(window);
            LogEnd(job.Chunk is { } number ? $"Chunk {number}" : "Splitting", end, time.GetElapsedTime(started).TotalMilliseconds);
            if (end != JobEnd.Finished)
            {
                await RequeueAsync(TimeSpan.Zero, failed: false);
            }
        }
        catch (Exception exception) when (exception is UnreadableFileException or CollectionNotFoundException)
        {
            await ledger.FailAsync(job.TaskId, exception.Message, CancellationToken.None);
            await RequeueAsync(TimeSpan.Zero, failed: false);
        }
        catch (Exception) when (window.IsLeaseLost)
        {
            LogLost(job.Chunk);
            await RequeueAsync(TimeSpan.Zero, failed: false);
        }
        catch (OperationCanceledException) when (!window.IsOverHardLimit && cancellationToken.IsCancellationRequested)
        {
            await RequeueAsync(TimeSpan.Zero, failed: false);
            throw;
        }
        catch (Exception exception) when (window.Attempt < options.MostAttempts)
        {
            var wait = Backoff(window.Attempt, exception);
            LogRetry(exception, job.Chunk, window.Attempt, wait);
            await RequeueAsync(wait, failed: true);
        }
        catch (Exception exception)
        {
            LogGivenUp(exception, job.Chunk, window.Attempt);
            await giveUp(exception);
        }

        // Also of a stopped task, whose records are then listed. Where another worker has it this changes nothing.
        async Task RequeueAsync(TimeSpan wait, bool failed)
        {
            await release(time.GetUtcNow() + wait, failed);
            await queue.EnqueueAsync(job.TaskId, job.Chunk, wait, CancellationToken.None);
        }
    }

    private static string NotIndexed(IngestTask task) => task.State == TaskState.Cancelled
        ? "Not indexed: the task was cancelled."
        : $"Not indexed: the task was aborted. {task.Error}";

    private TimeSpan Backoff(int attempt, Exception exception)
    {
        var doubling = TimeSpan.FromSeconds(Math.Pow(2, attempt - 1) * (0.75 + (Random.Shared.NextDouble() / 2)));
        var asked = exception is Embeddings.EmbedderUnavailableException { RetryAfter: { } retryAfter } ? retryAfter : TimeSpan.Zero;
        return TimeSpan.FromTicks(Math.Max(asked.Ticks, Math.Min(doubling.Ticks, options.LongestBackoff.Ticks)));
    }

    private sealed record Job(string TaskId, int? Chunk, string Lease, int Attempt);

    [LoggerMessage(LogLevel.Information, "{Job} {End} after {Milliseconds:0} ms")]
    private partial void LogEnd(string job, JobEnd end, double milliseconds);

    [LoggerMessage(LogLevel.Information, "Chunk {Chunk}: another worker has it now, or the task has ended")]
    private partial void LogLost(int? chunk);

    [LoggerMessage(LogLevel.Warning, "Chunk {Chunk}: attempt {Attempt} failed, the next one is in {Wait}")]
    private partial void LogRetry(Exception exception, int? chunk, int attempt, TimeSpan wait);

    [LoggerMessage(LogLevel.Error, "Chunk {Chunk}: given up after {Attempt} attempts; what is left of it is in the error list")]
    private partial void LogGivenUp(Exception exception, int? chunk, int attempt);
}
