using Hangfire;
using Hangfire.States;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Queue;

/// <summary>Hangfire jobs in Redis. A queue that is away is reported, never thrown: the ledger has the work and finds it again.</summary>
internal sealed partial class HangfireQueue(JobStorage storage, IBackgroundJobClient jobs, ILogger<HangfireQueue> log) : ITaskQueue, IChunkQueue
{
    public Task<bool> NudgeAsync(string taskId, CancellationToken cancellationToken) =>
        EnqueueAsync(taskId, chunk: null, delay: null, cancellationToken);

    public Task<bool> EnqueueAsync(string taskId, int? chunk, TimeSpan? delay, CancellationToken cancellationToken)
    {
        IState state = delay is { } wait && wait > TimeSpan.Zero ? new ScheduledState(wait) : new EnqueuedState();
        // Hangfire's client is synchronous: a slow queue must not hold the caller's thread.
        return Task.Run(() => Reach(() => Create(taskId, chunk, state), fallback: false), cancellationToken);
    }

    public Task<long?> DepthAsync(CancellationToken cancellationToken) => Task.Run(() => Reach(Depth, fallback: null), cancellationToken);

    private bool Create(string taskId, int? chunk, IState state)
    {
        if (chunk is { } number)
        {
            jobs.Create<IIngestJobs>(worker => worker.IndexAsync(taskId, number, CancellationToken.None), state);
        }
        else
        {
            jobs.Create<IIngestJobs>(worker => worker.SplitAsync(taskId, CancellationToken.None), state);
        }

        return true;
    }

    private long? Depth() => storage.GetMonitoringApi().EnqueuedCount(EnqueuedState.DefaultQueue);

    private T Reach<T>(Func<T> ask, T fallback)
    {
        try
        {
            return ask();
        }
        catch (Exception exception) when (IsUnreachable(exception))
        {
            Unreachable(log, exception.GetBaseException().Message);
            return fallback;
        }
    }

    private static bool IsUnreachable(Exception? exception) => exception switch
    {
        RedisException or TimeoutException or ObjectDisposedException => true,
        BackgroundJobClientException or AggregateException => IsUnreachable(exception.InnerException),
        _ => false,
    };

    [LoggerMessage(LogLevel.Warning, "The queue could not be reached; the ledger keeps the work until it can: {Reason}")]
    private static partial void Unreachable(ILogger logger, string reason);
}
