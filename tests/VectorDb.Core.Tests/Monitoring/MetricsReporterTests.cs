using System.Diagnostics.Metrics;
using System.Text.Json;
using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VectorDb.Core.Monitoring;
using VectorDb.Core.Queue;
using VectorDb.Core.Tasks;
using VectorDb.Core.Tests.Ingest;

namespace VectorDb.Core.Tests.Monitoring;

/// <summary>Beside no other test: what any of the process counts as failed is the reporter's to tell.</summary>
[CollectionDefinition(nameof(MetricsReporterTests), DisableParallelization = true)]
[Collection(nameof(MetricsReporterTests))]
[Trait(Suites.Trait, Suites.Full)]
public sealed class MetricsReporterTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_line_tells_the_backlog_for_every_living_worker_and_the_records_that_failed_since_the_last_one_that_could_be_written()
    {
        await using var redis = await RedisServer.StartAsync();
        using var folder = new TemporaryFolder();
        await using var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System)
            .AddSqliteTaskLedger(folder.File("tasks.db")).AddTaskQueue(new QueueOptions($"127.0.0.1:{redis.Port}")).BuildServiceProvider();
        for (var task = 0; task < 3; task++)
        {
            await services.GetRequiredService<ITaskLedger>().CreateAsync(new NewTask($"t{task}", "books", "f", new UploadOptions(), null, $"{task}"), Cancellation);
        }

        var storage = services.GetRequiredService<JobStorage>();
        storage.GetConnection().AnnounceServer("one", new() { Queues = ["default"], WorkerCount = 1 });
        storage.GetConnection().AnnounceServer("two", new() { Queues = ["default"], WorkerCount = 1 });
        storage.GetConnection().Heartbeat("one");
        storage.GetConnection().Heartbeat("two");
        using var reporter = new MetricsReporter(
            services.GetRequiredService<IChunkLedger>(), storage, new MetricsFile(folder.File("m.jsonl")), "staging", TimeProvider.System, NullLogger<MetricsReporter>.Instance);
        await reporter.StartAsync(Cancellation);
        await Eventually.TrueAsync(() => File.Exists(folder.File("m.jsonl")) && File.ReadAllText(folder.File("m.jsonl")).EndsWith('\n'), "the first line comes at once");

        using var meter = new Meter("test");
        var failed = meter.CreateCounter<long>("vectordb_records_failed");
        failed.Add(2);
        File.Delete(folder.File("m.jsonl"));
        Directory.CreateDirectory(folder.File("m.jsonl"));
        await Assert.ThrowsAnyAsync<Exception>(() => reporter.WriteAsync(Cancellation));
        Directory.Delete(folder.File("m.jsonl"));
        failed.Add(1);
        await reporter.WriteAsync(Cancellation);
        await reporter.StopAsync(Cancellation);

        var line = JsonDocument.Parse((await File.ReadAllLinesAsync(folder.File("m.jsonl"), Cancellation))[^1]).RootElement;
        Assert.Equal(3, line.GetProperty("QueueBacklog").GetInt64());
        Assert.Equal(1.5, line.GetProperty("BacklogPerInstance").GetDouble());
        Assert.Equal(3, line.GetProperty("RecordsFailed").GetInt64());
    }

    [Fact]
    public async Task Records_that_a_stopped_task_lists_count_as_failed()
    {
        var counted = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "vectordb_records_failed")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => counted += count);
        listener.Start();
        await using var pipeline = await Pipeline.StartAsync(embedder: new StubEmbedder { Refused = "number 3" });

        var cancelled = await pipeline.UploadAsync(Pipeline.Csv(5));
        pipeline.Queue.TryTake(out var split);
        await pipeline.RunAsync(split);
        await pipeline.Tasks.CancelAsync(cancelled, Cancellation);
        Assert.Equal(5, (await pipeline.RunAsync(cancelled)).Failed);
        Assert.Equal(5, counted);

        var refused = await pipeline.RunAsync(await pipeline.UploadAsync(Pipeline.Csv(5), new UploadOptions(OnError: OnError.Abort)));
        Assert.Equal(5 + refused.Failed, counted);

        var unread = await pipeline.RunAsync(await pipeline.UploadAsync("id,text\na,\n", new UploadOptions(OnError: OnError.Abort)));
        Assert.Equal(5 + refused.Failed + unread.Failed, counted);
        Assert.Equal((1, 1), (refused.Failed, unread.Failed));
    }

    [Fact]
    public async Task A_ledger_that_does_not_answer_in_time_costs_a_line_and_not_the_worker()
    {
        using var folder = new TemporaryFolder();
        await using var services = new ServiceCollection().AddSingleton(TimeProvider.System)
            .AddSqliteTaskLedger(folder.File("tasks.db")).BuildServiceProvider();
        var ledger = Without.Call(services.GetRequiredService<IChunkLedger>(), nameof(IChunkLedger.BacklogAsync), new TaskCanceledException("The request timed out."));
        var log = new CountingLog();
        using var reporter = new MetricsReporter(ledger, storage: null!, new MetricsFile(folder.File("m.jsonl")), "staging", TimeProvider.System, log);

        await reporter.StartAsync(Cancellation);
        await Eventually.TrueAsync(() => log.Lines > 0 || reporter.ExecuteTask!.IsCompleted, "the line fails");

        Assert.False(reporter.ExecuteTask!.IsCompleted);
        await reporter.StopAsync(Cancellation);
    }

    private sealed class CountingLog : ILogger<MetricsReporter>
    {
        private int _lines;

        public int Lines => Volatile.Read(ref _lines);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Interlocked.Increment(ref _lines);
    }
}
