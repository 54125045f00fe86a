using System.Text.Json;
using Hangfire;
using VectorDb.Core.Configuration;
using VectorDb.Core.Ingest;
using VectorDb.Core.Tasks;

namespace VectorDb.Worker;

/// <summary>
/// Once a minute a line in CloudWatch's embedded metric format: what alarms watch and what the number of workers follows.
/// The agent that ships the log makes metrics of it; without one it is a line of the log.
/// </summary>
internal sealed partial class BacklogReport(
    IChunkLedger ledger, JobStorage storage, IngestCounts counts, ApplicationSettings settings, TimeProvider time, ILogger<BacklogReport> log)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <param name="workers">Processes that share the backlog; at least this one.</param>
    internal static string Line(string environment, DateTimeOffset at, LedgerBacklog backlog, int workers, long failed) => JsonSerializer.Serialize(
        new Dictionary<string, object>
        {
            ["_aws"] = new
            {
                Timestamp = at.ToUnixTimeMilliseconds(),
                CloudWatchMetrics = new[]
                {
                    new
                    {
                        Namespace = "VectorDb",
                        Dimensions = new[] { new[] { "Environment" } },
                        Metrics = new[]
                        {
                            new { Name = "QueueBacklog", Unit = "Count" }, new { Name = "BacklogPerInstance", Unit = "Count" },
                            new { Name = "WorkerHeartbeat", Unit = "Count" }, new { Name = "RecordsFailed", Unit = "Count" },
                        },
                    },
                },
            },
            ["Environment"] = environment,
            ["QueueBacklog"] = backlog.Tasks + backlog.Chunks,
            ["BacklogPerInstance"] = (backlog.Tasks + backlog.Chunks) / (double)Math.Max(1, workers),
            ["WorkerHeartbeat"] = 1,
            ["RecordsFailed"] = failed,
        });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await ReportAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        try
        {
            var backlog = await ledger.BacklogAsync(cancellationToken);
            var workers = await Task.Run(() => storage.GetMonitoringApi().Servers().Count, cancellationToken);
            await Console.Out.WriteLineAsync(Line(settings.Get(Settings.Environment), time.GetUtcNow(), backlog, workers, counts.TakeFailed()));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A missing report is what the heartbeat alarm is for.
            LogFailed(exception);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The backlog could not be reported")]
    private partial void LogFailed(Exception exception);
}
