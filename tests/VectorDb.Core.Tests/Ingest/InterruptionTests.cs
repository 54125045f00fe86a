using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using VectorDb.Core.Embeddings;
using VectorDb.Core.Files;
using VectorDb.Core.Ingest;
using VectorDb.Core.Stores;
using VectorDb.Core.Stores.Embedded;
using VectorDb.Core.Tasks;
using Record = VectorDb.Core.Records.Record;

namespace VectorDb.Core.Tests.Ingest;

/// <summary>Limits, lost jobs, dead workers and stopping processes: no record is lost, none is counted twice.</summary>
public sealed class InterruptionTests
{
    private static readonly IngestOptions Options = new() { ChunkRecords = 20, BatchCharacters = 60, MostAttempts = 3, LongestBackoff = TimeSpan.Zero };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task At_the_soft_limit_a_chunk_books_what_is_done_and_another_job_does_the_rest()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var embedder = new StubEmbedder();
        await using var pipeline = await Pipeline.StartAsync(Options, embedder, services => services.AddSingleton<TimeProvider>(time));
        var id = await pipeline.UploadAsync(Pipeline.Csv(20));
        pipeline.Queue.TryTake(out var split);
        await pipeline.RunAsync(split);
        pipeline.Queue.TryTake(out var chunk);
        embedder.Before = (_, _) =>
        {
            time.Advance(TimeSpan.FromSeconds(1741));
            embedder.Before = static (_, _) => Task.CompletedTask;
            return Task.CompletedTask;
        };

        await pipeline.RunAsync(chunk);

        var half = await pipeline.Tasks.FindAsync(id, Cancel);
        Assert.InRange(half!.Succeeded, 1, 19);
        Assert.Equal([chunk], pipeline.Queue.Jobs);
        var embeddedBefore = embedder.Embedded.Count;
        var task = await pipeline.RunAsync(id);
        Assert.Equal((TaskState.Completed, 20L), (task.State, task.Succeeded));
        Assert.Equal(20, embedder.Embedded.Count);
        Assert.Equal(half.Succeeded, embeddedBefore);
    }

    [Fact]
    public async Task At_the_hard_limit_a_chunk_is_failed_and_tried_again()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var embedder = new StubEmbedder();
        await using var pipeline = await Pipeline.StartAsync(Options, embedder, services => services.AddSingleton<TimeProvider>(time));
        var id = await pipeline.UploadAsync(Pipeline.Csv(20));
        pipeline.Queue.TryTake(out var split);
        await pipeline.RunAsync(split);
        pipeline.Queue.TryTake(out var chunk);
        embedder.Before = async (_, cancel) =>
        {
            embedder.Before = static (_, _) => Task.CompletedTask;
            time.Advance(TimeSpan.FromSeconds(1801));
            await Task.Delay(Timeout.Infinite, cancel);
        };

        await pipeline.RunAsync(chunk);

        Assert.Equal([chunk], pipeline.Queue.Jobs);
        var task = await pipeline.RunAsync(id);
        Assert.Equal((TaskState.Completed, 20L), (task.State, task.Succeeded));
    }

    [Fact]
    public async Task What_is_written_when_the_task_is_cancelled_is_booked_as_indexed_and_only_the_rest_is_listed()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var embedder = new StubEmbedder();
        var then = static () => Task.CompletedTask;
        await using var pipeline = await Pipeline.StartAsync(
            Options, embedder, services => services.AddSingleton<TimeProvider>(time).AddSingleton(provider => WrittenStore.Around(provider.GetRequiredService<EmbeddedStore>(), () => then())));
        var id = await pipeline.UploadAsync(Pipeline.Csv(20));
        pipeline.Queue.TryTake(out var split);
        await pipeline.RunAsync(split);
        pipeline.Queue.TryTake(out var chunk);
        var stopped = new TaskCompletionSource();
        embedder.Before = (_, cancel) => Task.FromResult(cancel.Register(() => stopped.TrySetResult()));
        then = async () =>
        {
            await pipeline.Tasks.CancelAsync(id, Cancel);
            time.Advance(Options.Lease / 3);
            await stopped.Task.WaitAsync(Cancel);
        };

        await pipeline.RunAsync(chunk);
        var task = await pipeline.RunAsync(id);

        Assert.Equal(TaskState.Cancelled, task.State);
        Assert.InRange(task.Succeeded, 1, 19);
        Assert.Equal((await pipeline.CountAsync(), 20L), (task.Succeeded, task.Succeeded + task.Failed));
        Assert.Equal(Enumerable.Range((int)task.Succeeded + 1, (int)task.Failed).Select(row => $"r{row}"), (await pipeline.ErrorsAsync(id)).Select(error => error.Id));
    }

    [Fact]
    public async Task A_splitting_cut_short_goes_on_where_it_was()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var pipeline = await Pipeline.StartAsync(Options with { SoftLimit = TimeSpan.FromTicks(1) }, more: services => services.AddSingleton<TimeProvider>(time));
        var id = await pipeline.UploadAsync(Pipeline.Csv(95) + "r96,\nr1,again\n");
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();

        for (var jobs = 0; jobs < 20 && pipeline.Queue.TryTake(out var job); jobs++)
        {
            // Every job is told to stop as soon as it has booked something.
            await pipeline.RunAsync(job, stopped.Token);
        }

        var task = await pipeline.RunAsync(id);
        Assert.Equal((TaskState.PartiallyCompleted, 97L, 95L, 2L), (task.State, task.Total, task.Succeeded, task.Failed));
        Assert.Equal(95, await pipeline.CountAsync());
    }

    [Fact]
    public async Task A_worker_that_dies_leaves_a_lease_that_runs_out_and_the_rest_is_done_by_another()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var pipeline = await Pipeline.StartAsync(Options, more: services => services.AddSingleton<TimeProvider>(time));
        var id = await pipeline.UploadAsync(Pipeline.Csv(60));
        pipeline.Queue.TryTake(out var split);
        await pipeline.RunAsync(split);

        // What a killed worker leaves: a claim, its job taken from the queue, and records upserted but not booked.
        await pipeline.Chunks.ClaimChunkAsync(id, 1, Options.Lease, Cancel);
        pipeline.Queue.Flush();
        Assert.Equal(TaskState.ProcessingChunks, (await pipeline.RunAsync(id)).State);

        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(2, await pipeline.Reconciler.ReconcileAsync(Cancel));
        await pipeline.RunAsync(id);
        time.Advance(Options.Lease);
        Assert.Equal(1, await pipeline.Reconciler.ReconcileAsync(Cancel));
        var task = await pipeline.RunAsync(id);

        Assert.Equal((TaskState.Completed, 60L, 60L), (task.State, task.Total, task.Succeeded));
        Assert.Equal(60, await pipeline.CountAsync());
    }

    [Fact]
    public async Task A_task_whose_nudge_never_arrived_is_found()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var pipeline = await Pipeline.StartAsync(Options, more: services => services.AddSingleton<TimeProvider>(time));
        pipeline.Queue.IsAway = true;
        var id = await pipeline.UploadAsync(Pipeline.Csv(5));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, await pipeline.Reconciler.ReconcileAsync(Cancel));

        pipeline.Queue.IsAway = false;
        Assert.Equal(1, await pipeline.Reconciler.ReconcileAsync(Cancel));

        Assert.Equal(TaskState.Completed, (await pipeline.RunAsync(id)).State);
    }

    [Fact]
    public async Task Jobs_that_only_wait_their_turn_are_not_announced_again()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var pipeline = await Pipeline.StartAsync(Options, more: services => services.AddSingleton<TimeProvider>(time));
        await pipeline.UploadAsync(Pipeline.Csv(100));
        pipeline.Queue.TryTake(out var split);
        await pipeline.RunAsync(split);
        await pipeline.UploadAsync(Pipeline.Csv(1));
        await pipeline.Queue.EnqueueAsync("other", chunk: null, delay: null, Cancel);
        time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(0, await pipeline.Reconciler.ReconcileAsync(Cancel));
    }

    [Fact]
    public async Task A_job_that_runs_twice_does_its_work_once()
    {
        var embedder = new StubEmbedder();
        await using var pipeline = await Pipeline.StartAsync(Options, embedder);
        var id = await pipeline.UploadAsync(Pipeline.Csv(40));
        pipeline.Queue.TryTake(out var split);
        await pipeline.RunAsync(split);
        await pipeline.RunAsync(split);
        foreach (var job in pipeline.Queue.Jobs.ToList())
        {
            await pipeline.RunAsync(job);
            await pipeline.RunAsync(job);
        }

        var task = await pipeline.RunAsync(id);
        Assert.Equal((TaskState.Completed, 40L, 40L), (task.State, task.Total, task.Succeeded));
        Assert.Equal(40, embedder.Embedded.Count);
    }

    [Fact]
    public async Task A_stopping_process_books_its_batch_and_gives_the_rest_back()
    {
        var embedder = new StubEmbedder();
        await using var pipeline = await Pipeline.StartAsync(Options, embedder);
        var id = await pipeline.UploadAsync(Pipeline.Csv(20));
        pipeline.Queue.TryTake(out var split);
        await pipeline.RunAsync(split);
        pipeline.Queue.TryTake(out var chunk);
        using var stop = new CancellationTokenSource();
        embedder.Before = (_, _) => stop.CancelAsync();

        await pipeline.RunAsync(chunk, stop.Token);

        Assert.InRange((await pipeline.Tasks.FindAsync(id, Cancel))!.Succeeded, 1, 19);
        Assert.Equal([chunk], pipeline.Queue.Jobs);
        Assert.Equal(TaskState.Completed, (await pipeline.RunAsync(id)).State);
    }

    [Fact]
    public async Task A_splitting_that_is_killed_again_and_again_goes_on_as_long_as_each_time_it_books_something()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var pipeline = await Pipeline.StartAsync(Options, more: services => services.AddSingleton<TimeProvider>(time));
        var id = await pipeline.UploadAsync(Pipeline.Csv(200));
        pipeline.Queue.TryTake(out var split);
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        for (var death = 0; death < 2 * Options.MostAttempts; death++)
        {
            // It books one chunk, gives the rest back; and what a killed worker leaves is the attempt that it had.
            await pipeline.RunAsync(split, stopped.Token);
            Assert.NotNull(await pipeline.Chunks.ClaimSplitAsync(id, Options.Lease, Cancel));
            time.Advance(Options.Lease);
        }

        var task = await pipeline.RunAsync(id);

        Assert.Equal((TaskState.Completed, 200L), (task.State, task.Succeeded));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_last_attempt_of_a_chunk_books_gives_the_rest_of_it_all_its_attempts_again(bool storeFails)
    {
        var embedder = new StubEmbedder();
        var (calls, comings) = (0, 0);
        void Fail(IEnumerable<string> texts)
        {
            // Twice before anything is booked; and in the attempt after that, which is the last, the first time that a later batch comes.
            if (++calls is 1 or 2 || (texts.Contains("text number 12") && comings++ == 0))
            {
                throw new EmbedderUnavailableException("away", TimeSpan.Zero);
            }
        }

        await using var pipeline = await Pipeline.StartAsync(Options, embedder, services => services.AddSingleton(provider => Before.Call<IVectorStore>(
            provider.GetRequiredService<EmbeddedStore>(),
            nameof(IVectorStore.UpsertAsync),
            arguments =>
            {
                if (storeFails)
                {
                    Fail(((IReadOnlyList<Record>)arguments[2]!).Select(static record => record.Text!));
                }
            })));
        embedder.Before = (texts, _) =>
        {
            if (!storeFails)
            {
                Fail(texts);
            }

            return Task.CompletedTask;
        };

        var task = await pipeline.RunAsync(await pipeline.UploadAsync(Pipeline.Csv(20)));

        Assert.Equal((TaskState.Completed, 20L, 2), (task.State, task.Succeeded, comings));
    }

    [Fact]
    public async Task What_the_last_attempt_at_a_splitting_books_gives_it_all_its_attempts_again()
    {
        using var folder = new TemporaryFolder();
        var calls = 0;
        await using var pipeline = await Pipeline.StartAsync(Options, more: services => services.AddSingleton(Before.Call<IFileStore>(
            new FolderFileStore(folder.File("files"), DurableFolder.Flush),
            nameof(IFileStore.WriteAsync),
            _ =>
            {
                // The first is the upload. Two attempts book nothing; the third, which is the last, breaks off behind a chunk.
                if (++calls is 2 or 3 or 5)
                {
                    throw new IOException("away");
                }
            })));

        var task = await pipeline.RunAsync(await pipeline.UploadAsync(Pipeline.Csv(60)));

        Assert.Equal((TaskState.Completed, 60L), (task.State, task.Succeeded));
    }

    [Fact]
    public async Task A_chunk_that_kills_its_worker_each_time_is_given_up_and_listed()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var pipeline = await Pipeline.StartAsync(Options, more: services => services.AddSingleton<TimeProvider>(time));
        var id = await pipeline.UploadAsync(Pipeline.Csv(5));
        pipeline.Queue.TryTake(out var split);
        await pipeline.RunAsync(split);
        for (var death = 0; death < Options.MostAttempts; death++)
        {
            Assert.NotNull(await pipeline.Chunks.ClaimChunkAsync(id, 0, Options.Lease, Cancel));
            time.Advance(Options.Lease);
        }

        var task = await pipeline.RunAsync(id);

        Assert.Equal((TaskState.Failed, 5L, 5L), (task.State, task.Total, task.Failed));
        Assert.Contains("stopped without a word", (await pipeline.ErrorsAsync(id))[0].Reason, StringComparison.Ordinal);
    }
}
