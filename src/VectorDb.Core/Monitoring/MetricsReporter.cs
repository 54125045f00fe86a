using System.Diagnostics.Metrics;
using Hangfire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Monitoring;

/// <summary>Writes the worker's line of metrics every minute. Its absence is the alarm: a worker that hangs writes none.</summary>
internal sealed partial class MetricsReporter(
    IChunkLedger ledger, JobStorage storage, MetricsFile file, string environment, TimeProvider time, ILogger<MetricsReporter> log)
    : BackgroundService
{
    private const string FailedRecords = "vectordb_records_failed";
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StillAlive = TimeSpan.FromMinutes(2);

    private long _failed;

    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var open = await ledger.BacklogAsync(cancellationToken);
        var backlog = (long)open.Tasks + open.Chunks;
        var workers = await Task.Run(LivingWorkers, cancellationToken);
        var failed = Interlocked.Read(ref _failed);
        var metrics = new WorkerMetrics(backlog, (double)backlog / Math.Max(1, workers), failed);
        await file.AppendAsync(metrics.ToLine(environment, time.GetUtcNow()), cancellationToken);
        // Only now: what could not be written is told by the next line.
        Interlocked.Add(ref _failed, -failed);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var listener = Listen();
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await WriteAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // A ledger that does not answer in time looks like a cancellation, and one that left here would end the worker.
                LogNotWritten(log, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private MeterListener Listen()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == FailedRecords)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref _failed, count));
        listener.Start();
        return listener;
    }

    private int LivingWorkers()
    {
        var since = time.GetUtcNow().UtcDateTime - StillAlive;
        return storage.GetMonitoringApi().Servers().Count(server => server.Heartbeat >= since);
    }

    [LoggerMessage(LogLevel.Warning, "No metrics were written this minute")]
    private static partial void LogNotWritten(ILogger logger, Exception exception);
}
