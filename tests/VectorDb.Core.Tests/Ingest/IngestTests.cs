using Microsoft.Extensions.DependencyInjection;
using VectorDb.Core.Embeddings;
using VectorDb.Core.Ingest;
using VectorDb.Core.Stores;
using VectorDb.Core.Stores.Embedded;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Tests.Ingest;

public sealed class IngestTests
{
    private static readonly IngestOptions SmallChunks = new() { ChunkRecords = 10, BatchCharacters = 60, MostAttempts = 3 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_record_of_an_upload_is_indexed_and_counted()
    {
        await using var pipeline = await Pipeline.StartAsync(SmallChunks);

        var task = await pipeline.RunAsync(await pipeline.UploadAsync(Pipeline.Csv(95)));

        Assert.Equal((TaskState.Completed, 95L, 95L, 0L), (task.State, task.Total, task.Succeeded, task.Failed));
        Assert.Equal(95, await pipeline.CountAsync());
        Assert.Equal("text number 42", (await pipeline.Store.FindAsync(Pipeline.Collection, "r42", Cancel))!.Text);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(Path.Combine(pipeline.Folder, "files"), "*", SearchOption.AllDirectories),
            file => file.Contains("chunks", StringComparison.Ordinal));
    }

    [Fact]
    public async Task To_index_a_file_nobody_counts_the_records_that_are_there()
    {
        await using var pipeline = await Pipeline.StartAsync(SmallChunks, more: services => services.AddSingleton(provider =>
            Without.Call<IVectorStore>(provider.GetRequiredService<EmbeddedStore>(), nameof(IVectorStore.GetAsync))));

        var task = await pipeline.RunAsync(await pipeline.UploadAsync(Pipeline.Csv(15)));

        Assert.Equal((TaskState.Completed, 15L), (task.State, task.Succeeded));
    }

    [Fact]
    public async Task Chunks_and_batches_of_rows_with_much_metadata_are_as_small_as_those_with_much_text()
    {
        var embedder = new StubEmbedder();
        var largest = 0;
        embedder.Before = (texts, _) => Task.FromResult(largest = Math.Max(largest, texts.Count));
        await using var pipeline = await Pipeline.StartAsync(new IngestOptions { ChunkBytes = 10_000, BatchCharacters = 3_000 }, embedder);
        var id = await pipeline.UploadAsync("id,text,note\n" + string.Concat(Enumerable.Range(1, 50).Select(row => $"r{row},text {row},{new string('n', 1_000)}\n")));

        pipeline.Queue.TryTake(out var split);
        await pipeline.RunAsync(split);
        Assert.Equal(5, pipeline.Queue.Jobs.Count);
        var task = await pipeline.RunAsync(id);

        Assert.Equal((TaskState.Completed, 50L), (task.State, task.Succeeded));
        Assert.Equal(3, largest);
    }

    [Fact]
    public async Task Bad_rows_and_refused_texts_end_in_the_error_list_and_the_rest_is_indexed()
    {
        await using var pipeline = await Pipeline.StartAsync(SmallChunks, new StubEmbedder { Refused = "number 7" });

        var id = await pipeline.UploadAsync(Pipeline.Csv(30) + "r31,\nr1,again\n");
        var task = await pipeline.RunAsync(id);

        Assert.Equal((TaskState.PartiallyCompleted, 32L, 29L, 3L), (task.State, task.Total, task.Succeeded, task.Failed));
        Assert.Equal(29, await pipeline.CountAsync());
        Assert.Equal(
            [new RecordError(7, "r7", "refused"), new RecordError(31, "r31", "The text is empty."), new RecordError(32, "r1", "The id was used in row 1 already.")],
            await pipeline.ErrorsAsync(id));
    }

    [Fact]
    public async Task Unchanged_texts_cost_no_call_and_changed_ones_do()
    {
        var embedder = new StubEmbedder();
        await using var pipeline = await Pipeline.StartAsync(SmallChunks, embedder);
        await pipeline.RunAsync(await pipeline.UploadAsync("id,text,lang\na,one,en\nb,two,en\nc,three,en\n"));
        embedder.Embedded.Clear();

        var task = await pipeline.RunAsync(await pipeline.UploadAsync("id,text,lang\na,one,en\nb,two,de\nc,drei,de\n"));

        Assert.Equal(["drei"], embedder.Embedded);
        Assert.Equal((TaskState.Completed, 3L), (task.State, task.Succeeded));
        Assert.Equal("de", (string?)(await pipeline.Store.FindAsync(Pipeline.Collection, "b", Cancel))!.Metadata!["lang"]);
    }

    [Fact]
    public async Task A_passing_failure_is_tried_again_and_counts_nothing_twice()
    {
        var failures = 0;
        var embedder = new StubEmbedder { Before = (texts, _) => texts.Contains("text number 12") && failures++ < 2 ? throw new EmbedderUnavailableException("away", TimeSpan.Zero) : Task.CompletedTask };
        await using var pipeline = await Pipeline.StartAsync(SmallChunks with { LongestBackoff = TimeSpan.Zero }, embedder);

        var task = await pipeline.RunAsync(await pipeline.UploadAsync(Pipeline.Csv(30)));

        Assert.Equal((TaskState.Completed, 30L, 30L), (task.State, task.Total, task.Succeeded));
        Assert.Equal(30, await pipeline.CountAsync());
    }

    [Fact]
    public async Task A_chunk_that_fails_for_good_ends_in_the_error_list_and_retry_repeats_only_that()
    {
        var embedder = new StubEmbedder { Before = (texts, _) => texts.Contains("text number 12") ? throw new EmbedderUnavailableException("away", TimeSpan.Zero) : Task.CompletedTask };
        await using var pipeline = await Pipeline.StartAsync(SmallChunks with { LongestBackoff = TimeSpan.Zero }, embedder);
        var id = await pipeline.UploadAsync(Pipeline.Csv(30));

        var task = await pipeline.RunAsync(id);

        var errors = await pipeline.ErrorsAsync(id);
        Assert.Equal(TaskState.PartiallyCompleted, task.State);
        Assert.Equal(30, task.Succeeded + task.Failed);
        Assert.All(errors, error => Assert.InRange(error.Row, 11, 20));
        Assert.All(errors, error => Assert.Equal("The embeddings service could not be used; the log of the worker has the reason.", error.Reason));

        embedder.Before = static (_, _) => Task.CompletedTask;
        embedder.Embedded.Clear();
        var retry = await pipeline.Tasks.RetryAsync(id, Cancel);
        await pipeline.Queue.EnqueueAsync(retry!.Id, chunk: null, delay: null, Cancel);
        var again = await pipeline.RunAsync(retry.Id);

        Assert.Equal((TaskState.Completed, (long)errors.Count, (long)errors.Count), (again.State, again.Total, again.Succeeded));
        Assert.Equal(errors.Select(error => $"text number {error.Row}"), embedder.Embedded);
        Assert.Equal(30, await pipeline.CountAsync());
    }

    [Fact]
    public async Task Abort_ends_the_task_at_its_first_bad_record()
    {
        await using var pipeline = await Pipeline.StartAsync(SmallChunks);

        var task = await pipeline.RunAsync(await pipeline.UploadAsync(Pipeline.Csv(12) + "r13,\n" + "r14,more\n", new UploadOptions(OnError: OnError.Abort)));

        Assert.Equal((TaskState.Failed, "Row 13: The text is empty."), (task.State, task.Error));
        Assert.Equal((13L, 0L, 13L), (task.Total, task.Succeeded, task.Failed));
    }

    [Theory]
    [InlineData(OnError.Continue)]
    [InlineData(OnError.Abort)]
    public async Task A_vector_that_the_store_refuses_costs_its_own_record_at_once(OnError onError)
    {
        var embedder = new StubEmbedder { Zero = "number 4" };
        await using var pipeline = await Pipeline.StartAsync(new IngestOptions(), embedder);

        var id = await pipeline.UploadAsync(Pipeline.Csv(9), new UploadOptions(OnError: onError));
        var task = await pipeline.RunAsync(id);

        Assert.Equal(onError == OnError.Abort ? TaskState.Failed : TaskState.PartiallyCompleted, task.State);
        Assert.Equal((8L, 1L), (task.Succeeded, task.Failed));
        Assert.Equal(9, embedder.Embedded.Count);
        Assert.Equal(8, await pipeline.CountAsync());
        var error = Assert.Single(await pipeline.ErrorsAsync(id));
        Assert.Equal((4L, "r4"), (error.Row, error.Id));
        Assert.StartsWith("vector: all zero", error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "The file is empty.")]
    [InlineData("id,text\n", "The file holds no records.")]
    [InlineData("id,body,lang\n1,a,en\n", "The file has no column 'text'. With the delimiter ',' its columns are: id, body, lang.")]
    public async Task A_file_that_cannot_be_read_fails_with_the_reason(string content, string reason)
    {
        await using var pipeline = await Pipeline.StartAsync();

        var task = await pipeline.RunAsync(await pipeline.UploadAsync(content));

        Assert.Equal((TaskState.Failed, reason), (task.State, task.Error));
    }

    [Fact]
    public async Task A_collection_that_is_gone_or_does_not_fit_fails_the_task()
    {
        await using var pipeline = await Pipeline.StartAsync(embedder: new HashingEmbedder(16));
        await pipeline.Store.CreateAsync(new Core.Collections.CollectionSpec("wide", 32, Core.Collections.Metric.Cosine), Cancel);

        var gone = await pipeline.RunAsync(await pipeline.UploadAsync(Pipeline.Csv(1), collection: "absent"));
        var wide = await pipeline.RunAsync(await pipeline.UploadAsync(Pipeline.Csv(1), collection: "wide"));

        Assert.Equal((TaskState.Failed, "There is no collection 'absent'."), (gone.State, gone.Error));
        Assert.Equal("Collection 'wide' has dimension 32, but the embedder hashing-16 makes vectors of 16.", wide.Error);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_task_indexes_nothing_into_a_collection_that_took_the_name_of_its_own(int jobsBefore)
    {
        await using var pipeline = await Pipeline.StartAsync(SmallChunks);
        var id = await pipeline.UploadAsync(Pipeline.Csv(5));
        for (var i = 0; i < jobsBefore && pipeline.Queue.TryTake(out var job); i++)
        {
            await pipeline.RunAsync(job);
        }

        await pipeline.Store.DropAsync(Pipeline.Collection, Cancel);
        await pipeline.Store.CreateAsync(new Core.Collections.CollectionSpec(Pipeline.Collection, 16, Core.Collections.Metric.Cosine), Cancel);
        var task = await pipeline.RunAsync(id);

        Assert.Equal(TaskState.Failed, task.State);
        Assert.Equal("The collection 'docs' that this was meant for was deleted; the one of that name is another.", task.Error);
        Assert.Equal(0, await pipeline.CountAsync());
    }

    [Fact]
    public async Task A_cancelled_task_stops_and_stays_cancelled()
    {
        await using var pipeline = await Pipeline.StartAsync(SmallChunks);
        var id = await pipeline.UploadAsync(Pipeline.Csv(50));
        pipeline.Queue.TryTake(out var split);
        await pipeline.RunAsync(split);
        await pipeline.Tasks.CancelAsync(id, Cancel);

        var task = await pipeline.RunAsync(id);

        Assert.Equal((TaskState.Cancelled, 50L, 0L, 50L), (task.State, task.Total, task.Succeeded, task.Failed));
        Assert.Equal(0, await pipeline.CountAsync());
        Assert.All(await pipeline.ErrorsAsync(id), error => Assert.Equal("Not indexed: the task was cancelled.", error.Reason));
    }

    [Fact]
    public async Task Files_that_a_killed_process_left_without_a_task_are_removed_after_days_and_no_others()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var pipeline = await Pipeline.StartAsync(more: services => services.AddSingleton<TimeProvider>(time));
        var id = await pipeline.UploadAsync(Pipeline.Csv(3));
        foreach (var orphan in (string[])["uploads/gone/a.csv", "uploads/cut/a.csv.0123.unfinished", "chunks/gone/000000.jsonl"])
        {
            await pipeline.Files.WriteAsync(orphan, new MemoryStream([1]), Cancel);
        }

        await pipeline.Reconciler.PurgeAsync(Cancel);
        Assert.Equal(4, Files().Count());
        time.Advance(TimeSpan.FromDays(3));
        await pipeline.Reconciler.PurgeAsync(Cancel);

        Assert.Equal([$"uploads/{id}/a.csv"], Files());
        Assert.Equal([Path.Combine(pipeline.Folder, "files", "uploads", id)], Directory.EnumerateDirectories(Path.Combine(pipeline.Folder, "files", "uploads")));

        IEnumerable<string> Files() => Directory.EnumerateFiles(Path.Combine(pipeline.Folder, "files"), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Path.Combine(pipeline.Folder, "files"), file));
    }

    [Fact]
    public async Task However_many_tasks_are_old_one_pass_forgets_them_all()
    {
        await using var pipeline = await Pipeline.StartAsync(new IngestOptions { Retention = TimeSpan.Zero });
        foreach (var upload in Enumerable.Range(1, 120))
        {
            await pipeline.Tasks.CancelAsync(await pipeline.UploadAsync($"id,text\n{upload},a\n"), Cancel);
        }

        await pipeline.Reconciler.PurgeAsync(Cancel);

        Assert.Empty((await pipeline.Tasks.ListAsync(200, cursor: null, collection: null, Cancel)).Items);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(pipeline.Folder, "files"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Old_tasks_and_their_files_are_forgotten()
    {
        await using var pipeline = await Pipeline.StartAsync(new IngestOptions { Retention = TimeSpan.Zero });
        var id = await pipeline.UploadAsync(Pipeline.Csv(3));
        await pipeline.RunAsync(id);

        await pipeline.Reconciler.PurgeAsync(Cancel);

        Assert.Null(await pipeline.Tasks.FindAsync(id, Cancel));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(pipeline.Folder, "files"), "*", SearchOption.AllDirectories));
        Assert.Equal(3, await pipeline.CountAsync());
    }
}
