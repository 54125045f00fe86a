using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using VectorDb.Core.Files;
using VectorDb.Core.Ingest;
using VectorDb.Core.Tasks;
using VectorDb.Core.Tasks.Sqlite;

namespace VectorDb.Core.Tests.Ingest;

/// <summary>However a task ends, each of its records is accounted for, and what is not indexed can be tried again alone.</summary>
public sealed class RetryTests
{
    private static readonly IngestOptions SmallChunks = new() { ChunkRecords = 10, BatchCharacters = 60, MostAttempts = 3 };
    private static readonly UploadOptions Abort = new(OnError: OnError.Abort);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_aborted_task_lists_what_it_did_not_index_and_its_retry_repeats_that_alone()
    {
        var embedder = new StubEmbedder { Refused = "number 17" };
        await using var pipeline = await Pipeline.StartAsync(SmallChunks, embedder);
        var id = await pipeline.UploadAsync(Pipeline.Csv(50), Abort);

        var task = await pipeline.RunAsync(id);

        Assert.Equal((TaskState.Failed, "Row 17: refused", 50L, 50L), (task.State, task.Error, task.Total, task.Succeeded + task.Failed));
        Assert.Equal(await pipeline.CountAsync(), task.Succeeded);
        Assert.InRange(task.Succeeded, 10, 20);
        var errors = await pipeline.ErrorsAsync(id);
        Assert.Equal(task.Failed, errors.Count);
        Assert.Equal("Not indexed: the task was aborted. Row 17: refused", errors[^1].Reason);

        embedder.Refused = null;
        embedder.Embedded.Clear();
        var again = await RetryAsync(pipeline, id);

        Assert.Equal((TaskState.Completed, task.Failed, task.Failed), (again.State, again.Total, again.Succeeded));
        Assert.Equal(task.Failed, embedder.Embedded.Count);
        Assert.Equal(50, await pipeline.CountAsync());
    }

    [Fact]
    public async Task The_retry_of_a_task_that_ended_before_its_file_was_read_goes_on_to_the_end_of_the_file()
    {
        var embedder = new StubEmbedder { Refused = "number 2" };
        await using var pipeline = await Pipeline.StartAsync(SmallChunks, embedder);
        var id = await pipeline.UploadAsync(Pipeline.Csv(30), Abort);
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        pipeline.Queue.TryTake(out var split);
        await pipeline.RunAsync(split, stopped.Token);
        var aborted = await pipeline.RunAsync(id);
        Assert.Equal((TaskState.Failed, 10L, 10L), (aborted.State, aborted.Total, aborted.Succeeded + aborted.Failed));

        embedder.Refused = "number 25";
        var second = await RetryAsync(pipeline, id);
        Assert.Equal((TaskState.Failed, aborted.Failed + 20, aborted.Failed + 20), (second.State, second.Total, second.Succeeded + second.Failed));
        embedder.Refused = null;
        embedder.Embedded.Clear();
        var third = await RetryAsync(pipeline, second.Id);

        Assert.Equal((TaskState.Completed, second.Failed), (third.State, third.Total));
        Assert.Equal(second.Failed, embedder.Embedded.Count);
        Assert.Equal(30, await pipeline.CountAsync());
    }

    [Fact]
    public async Task A_cancelled_task_can_be_tried_again_with_what_it_did_not_come_to()
    {
        var embedder = new StubEmbedder();
        await using var pipeline = await Pipeline.StartAsync(SmallChunks, embedder);
        var pending = await pipeline.UploadAsync(Pipeline.Csv(7));
        await pipeline.Tasks.CancelAsync(pending, Cancel);
        Assert.Equal((TaskState.Cancelled, 0L), (await pipeline.RunAsync(pending) is var task ? (task.State, task.Total) : default));
        Assert.Equal((TaskState.Completed, 7L), (await RetryAsync(pipeline, pending) is var whole ? (whole.State, whole.Total) : default));

        var half = await pipeline.UploadAsync(Pipeline.Csv(30).Replace("text number", "other number", StringComparison.Ordinal));
        for (var job = 0; job < 2 && pipeline.Queue.TryTake(out var next); job++)
        {
            await pipeline.RunAsync(next);
        }

        await pipeline.Tasks.CancelAsync(half, Cancel);
        Assert.Null(await pipeline.Tasks.RetryAsync(half, Cancel));
        var cancelled = await pipeline.RunAsync(half);
        Assert.Equal((TaskState.Cancelled, 30L, 10L, 20L), (cancelled.State, cancelled.Total, cancelled.Succeeded, cancelled.Failed));
        embedder.Embedded.Clear();
        var rest = await RetryAsync(pipeline, half);

        Assert.Equal((TaskState.Completed, 20L, 20L), (rest.State, rest.Total, rest.Succeeded));
        Assert.Equal(20, embedder.Embedded.Count);
    }

    [Fact]
    public async Task A_task_cancelled_in_the_middle_of_a_batch_counts_what_that_indexed()
    {
        var embedder = new StubEmbedder();
        await using var pipeline = await Pipeline.StartAsync(SmallChunks, embedder);
        var id = await pipeline.UploadAsync(Pipeline.Csv(10));
        embedder.Before = (_, _) => pipeline.Tasks.CancelAsync(id, Cancel);

        var task = await pipeline.RunAsync(id);

        Assert.Equal((TaskState.Cancelled, 10L, 10L), (task.State, task.Total, task.Succeeded + task.Failed));
        Assert.Equal(await pipeline.CountAsync(), task.Succeeded);
        Assert.InRange(task.Succeeded, 1, 9);
    }

    [Fact]
    public async Task A_file_that_could_not_be_read_can_be_tried_again()
    {
        await using var pipeline = await Pipeline.StartAsync(SmallChunks);
        var id = await pipeline.UploadAsync("id,body,lang\n1,a,en\n");
        Assert.Equal(TaskState.Failed, (await pipeline.RunAsync(id)).State);

        var again = await RetryAsync(pipeline, id);

        Assert.Equal((TaskState.Failed, id), (again.State, again.RetryOf));
        Assert.StartsWith("The file has no column 'text'.", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_retry_of_a_retry_repeats_what_failed_however_long_ago_the_first_ended()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var embedder = new StubEmbedder { Refused = "number 2" };
        await using var pipeline = await Pipeline.StartAsync(new IngestOptions(), embedder, services => services.AddSingleton<TimeProvider>(time));
        var first = await pipeline.UploadAsync(Pipeline.Csv(30));
        Assert.Equal(11, (await pipeline.RunAsync(first)).Failed);
        time.Advance(TimeSpan.FromDays(20));
        var second = await RetryAsync(pipeline, first);
        Assert.Equal((11L, 11L), (second.Total, second.Failed));
        time.Advance(TimeSpan.FromDays(11));
        await pipeline.Reconciler.PurgeAsync(Cancel);

        embedder.Refused = null;
        embedder.Embedded.Clear();
        var third = await RetryAsync(pipeline, second.Id);

        Assert.Equal((TaskState.Completed, 11L, 11), (third.State, third.Total, embedder.Embedded.Count));
    }

    [Fact]
    public async Task A_retry_whose_errors_are_gone_indexes_nothing_and_says_so()
    {
        var embedder = new StubEmbedder { Refused = "number 2" };
        await using var pipeline = await Pipeline.StartAsync(SmallChunks, embedder);
        var id = await pipeline.UploadAsync(Pipeline.Csv(30));
        await pipeline.RunAsync(id);
        var second = await RetryAsync(pipeline, id);
        new LedgerDatabase(Path.Combine(pipeline.Folder, "tasks.db")).Write(session => session.Execute("DELETE FROM tasks WHERE id = $id", ("$id", id)));
        embedder.Embedded.Clear();

        var third = await RetryAsync(pipeline, second.Id);

        Assert.Equal((TaskState.Failed, 0L, 0), (third.State, third.Total, embedder.Embedded.Count));
        Assert.StartsWith($"Which records are to be repeated is not known any more, as task '{id}' is kept no longer.", third.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_retry_whose_upload_is_gone_says_so_at_the_first_attempt()
    {
        await using var pipeline = await Pipeline.StartAsync(SmallChunks, new StubEmbedder { Refused = "number 2" });
        var id = await pipeline.UploadAsync(Pipeline.Csv(30));
        var task = await pipeline.RunAsync(id);
        await pipeline.Files.DeleteAsync(task.FileKey, Cancel);
        var retry = (await pipeline.Tasks.RetryAsync(id, Cancel))!;

        await pipeline.RunAsync(new LostWork(retry.Id, Number: null));

        var ended = (await pipeline.Tasks.FindAsync(retry.Id, Cancel))!;
        Assert.Equal((TaskState.Failed, "The uploaded file is kept no longer; upload it again."), (ended.State, ended.Error));
    }

    [Fact]
    public async Task The_retry_of_a_chunk_whose_file_was_gone_repeats_its_records_though_nobody_knows_which_they_were()
    {
        var embedder = new StubEmbedder();
        await using var pipeline = await Pipeline.StartAsync(SmallChunks with { LongestBackoff = TimeSpan.Zero }, embedder);
        var id = await pipeline.UploadAsync(Pipeline.Csv(30));
        pipeline.Queue.TryTake(out var split);
        await pipeline.RunAsync(split);
        await pipeline.Files.DeleteAsync(FileKeys.Chunk(id, 1), Cancel);
        var task = await pipeline.RunAsync(id);
        Assert.Equal((TaskState.PartiallyCompleted, 20L, 10L), (task.State, task.Succeeded, task.Failed));
        embedder.Embedded.Clear();

        var again = await RetryAsync(pipeline, id);

        Assert.Equal((TaskState.Completed, 30L, 10), (again.State, again.Succeeded, embedder.Embedded.Count));
        Assert.Equal(30, await pipeline.CountAsync());
    }

    private static async Task<IngestTask> RetryAsync(Pipeline pipeline, string id)
    {
        var retry = await pipeline.Tasks.RetryAsync(id, Cancel);
        await pipeline.Queue.EnqueueAsync(retry!.Id, chunk: null, delay: null, Cancel);
        return await pipeline.RunAsync(retry.Id);
    }
}
