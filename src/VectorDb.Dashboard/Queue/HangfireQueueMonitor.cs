using Hangfire;
using Hangfire.Storage;

namespace VectorDb.Dashboard.Queue;

/// <summary>Asks Hangfire's monitoring API, which blocks, without letting a slow queue hold up a page.</summary>
internal sealed class HangfireQueueMonitor(Func<JobStorage> storage, TimeProvider time) : IQueueMonitor
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private Task<QueueStatus>? _reading;

    public async Task<QueueStatus> ReadAsync(CancellationToken cancellationToken)
    {
        // One question at a time: while Redis is away, each page would otherwise leave one more blocked thread behind.
        var reading = _reading is { IsCompleted: false } running ? running : _reading = Task.Run(Read, CancellationToken.None);
        try
        {
            return await reading.WaitAsync(Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return QueueStatus.Unreachable($"no answer within {Patience.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return QueueStatus.Unreachable(e.Message);
        }
    }

    private QueueStatus Read()
    {
        var monitor = storage().GetMonitoringApi();
        var counts = monitor.GetStatistics();
        return new QueueStatus(
            counts.Enqueued, counts.Processing, counts.Scheduled, counts.Failed, Depths(monitor), Workers(monitor), Error: null);
    }

    private static List<QueueDepth> Depths(IMonitoringApi monitor) =>
        [.. monitor.Queues().Select(queue => new QueueDepth(queue.Name, queue.Length, queue.Fetched ?? 0))];

    private static List<WorkerStatus> Workers(IMonitoringApi monitor) =>
        [.. monitor.Servers().Select(server => new WorkerStatus(
            server.Name, server.WorkersCount, [.. server.Queues], Utc(server.StartedAt), server.Heartbeat is { } beat ? Utc(beat) : null))];

    private static DateTimeOffset Utc(DateTime value) => new(DateTime.SpecifyKind(value, DateTimeKind.Utc));
}
