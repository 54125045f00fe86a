using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using VectorDb.Core.Backups;
using VectorDb.Core.Ingest;
using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;
using VectorDb.Core.Tests.Ingest;

namespace VectorDb.Core.Tests.Backups;

/// <summary>What is backed up is what a kill at that moment would have left: every record is there, or is indexed when work goes on.</summary>
public sealed class EmbeddedBackupTests : IDisposable
{
    private const int Rows = 400;

    private static readonly IngestOptions Options = new() { ChunkRecords = 20, BatchCharacters = 100 };

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_backup_made_within_an_ingest_comes_to_the_same_end_as_the_ingest_itself()
    {
        var embedder = new StubEmbedder();
        await using var pipeline = await Pipeline.StartAsync(Options, embedder);
        var calls = 0;
        embedder.Before = async (_, cancel) =>
        {
            if (++calls % 20 == 1)
            {
                await new EmbeddedBackup(pipeline.Folder).CreateAsync(_folder.File($"{calls}"), cancel);
            }
        };

        var id = await pipeline.UploadAsync(Pipeline.Csv(Rows) + "bad,\n");
        await pipeline.RunAsync(id);

        Assert.InRange(Directory.GetDirectories(_folder.Path).Length, 3, 20);
        foreach (var backup in Directory.GetDirectories(_folder.Path))
        {
            await AssertComesToItsEndAsync(backup, id);
        }
    }

    [Fact]
    public async Task Backups_made_beside_an_ingest_come_to_the_same_end_too()
    {
        await using var pipeline = await Pipeline.StartAsync(Options);
        var id = await pipeline.UploadAsync(Pipeline.Csv(Rows) + "bad,\n");
        var ingest = Task.Run(() => pipeline.RunAsync(id), Cancel);
        var backups = 0;
        do
        {
            await new EmbeddedBackup(pipeline.Folder).CreateAsync(_folder.File($"{++backups}"), Cancel);
        }
        while (!ingest.IsCompleted && backups < 10);
        await ingest;

        foreach (var backup in Directory.GetDirectories(_folder.Path))
        {
            await AssertComesToItsEndAsync(backup, id);
        }
    }

    [Fact]
    public async Task Of_finished_uploads_nothing_but_their_records_is_kept()
    {
        await using var pipeline = await Pipeline.StartAsync(Options);
        await pipeline.RunAsync(await pipeline.UploadAsync(Pipeline.Csv(Rows)));

        Assert.Equal(0, await new EmbeddedBackup(pipeline.Folder).CreateAsync(_folder.File("backup"), Cancel));

        Assert.Equal(["tasks.db", "vectors.db"], Directory.GetFileSystemEntries(_folder.File("backup")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_folder_that_holds_something_is_left_alone()
    {
        await using var pipeline = await Pipeline.StartAsync(Options);
        await File.WriteAllTextAsync(_folder.File("precious"), "mine", Cancel);

        await Assert.ThrowsAsync<BackupException>(() => new EmbeddedBackup(pipeline.Folder).CreateAsync(_folder.Path, Cancel));

        Assert.Equal(["precious"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    private static async Task AssertComesToItsEndAsync(string backup, string id)
    {
        // An hour later, so that the leases of the workers that had it have run out.
        var later = new FakeTimeProvider(DateTimeOffset.UtcNow.AddHours(1));
        await using var restored = await Pipeline.StartAsync(Options, new StubEmbedder(), services => services.AddSingleton<TimeProvider>(later), backup);
        await restored.Reconciler.ReconcileAsync(Cancel);

        var task = await restored.RunAsync(id);

        Assert.Equal((TaskState.PartiallyCompleted, Rows + 1L, (long)Rows, 1L), (task.State, task.Total, task.Succeeded, task.Failed));
        Assert.Equal(Rows, await restored.CountAsync());
        var retry = await restored.Tasks.RetryAsync(id, Cancel);
        await restored.Queue.EnqueueAsync(retry!.Id, chunk: null, delay: null, Cancel);
        var again = await restored.RunAsync(retry.Id);
        Assert.Equal((TaskState.Failed, 1L), (again.State, again.Failed));
    }
}
