using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using VectorDb.Core.Files;
using VectorDb.Core.Ingest;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Tests.Ingest;

/// <summary>On a file system of 12 MB that really runs full.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class FullDiskIngestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly bool _isMounted;

    public FullDiskIngestTests()
    {
        RequiredTool.Demand(Environment.UserName == "root", "only root may mount a small file system");
        _isMounted = Run(RequiredTool.Find("mount"), "-t", "tmpfs", "-o", "size=12m", "tmpfs", _folder.Path) == 0;
        RequiredTool.Demand(_isMounted, "a small file system cannot be mounted");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_that_finds_no_room_leaves_nothing_behind()
    {
        var store = new FolderFileStore(_folder.File("files"), DurableFolder.Flush);

        await Assert.ThrowsAnyAsync<IOException>(() => store.WriteAsync("uploads/t/a", new MemoryStream(new byte[20_000_000]), Cancel));

        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories));
        await store.WriteAsync("uploads/t/b", new MemoryStream(new byte[1_000_000]), Cancel);
    }

    [Fact]
    public async Task Chunks_that_find_no_room_wait_and_are_indexed_when_there_is_some()
    {
        var options = new IngestOptions { ChunkRecords = 100, LongestBackoff = TimeSpan.Zero, MostAttempts = 50 };
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var pipeline = await Pipeline.StartAsync(options, more: services => services.AddSingleton<TimeProvider>(time), folder: _folder.File("data"));
        var text = string.Concat(Enumerable.Repeat("many words ", 90));
        var csv = new StringBuilder("id,text\n");
        foreach (var row in Enumerable.Range(1, 1_000))
        {
            csv.Append($"r{row},{row} {text}\n");
        }

        var id = await pipeline.UploadAsync(csv.ToString());
        var filler = _folder.File("filler");
        Fill(filler);
        for (var job = 0; job < 10 && pipeline.Queue.TryTake(out var next); job++)
        {
            // Where not even the ledger has room the job ends as a killed one does: its lease runs out.
            await Record.ExceptionAsync(() => pipeline.RunAsync(next));
        }

        Assert.False((await pipeline.Tasks.FindAsync(id, Cancel))!.HasEnded);
        File.Delete(filler);
        await pipeline.RunAsync(id);
        time.Advance(TimeSpan.FromHours(1));
        await pipeline.Reconciler.ReconcileAsync(Cancel);
        await pipeline.RunAsync(id);
        time.Advance(TimeSpan.FromHours(1));
        await pipeline.Reconciler.ReconcileAsync(Cancel);
        var task = await pipeline.RunAsync(id);

        Assert.Equal((TaskState.Completed, 1_000L, 1_000L), (task.State, task.Total, task.Succeeded));
        Assert.Equal(1_000, await pipeline.CountAsync());
    }

    public void Dispose()
    {
        if (_isMounted)
        {
            Run(RequiredTool.Find("umount"), "-l", _folder.Path);
        }

        _folder.Dispose();
    }

    /// <summary>Leaves room for the ledger's own short writes, and for nothing else.</summary>
    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var free = new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace;
        file.Write(new byte[Math.Max(0, free - 150_000)]);
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }
}
