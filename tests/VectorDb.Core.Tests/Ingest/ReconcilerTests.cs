using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using VectorDb.Core.Files;
using VectorDb.Core.Ingest;
using VectorDb.Core.Queue;

namespace VectorDb.Core.Tests.Ingest;

/// <summary>What goes wrong in a pass costs no more than itself.</summary>
public sealed class ReconcilerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly WatchedFiles _files;
    private readonly WatchedQueue _queue = new();

    public ReconcilerTests() => _files = new WatchedFiles(new FolderFileStore(_folder.File("files"), DurableFolder.Flush));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_that_cannot_be_removed_keep_no_others()
    {
        await using var pipeline = await StartAsync();
        string[] uploads = [.. (await Task.WhenAll(Enumerable.Range(1, 3).Select(_ => pipeline.UploadAsync(Pipeline.Csv(1))))).Select(id => $"uploads/{id}/a.csv")];
        string[] orphans = [.. Enumerable.Range(1, 3).Select(number => $"uploads/gone-{number}/a.csv")];
        foreach (var orphan in orphans)
        {
            await pipeline.Files.WriteAsync(orphan, new MemoryStream([1]), Cancel);
        }

        foreach (var task in (await pipeline.Tasks.ListAsync(10, cursor: null, collection: null, Cancel)).Items)
        {
            await pipeline.Tasks.CancelAsync(task.Id, Cancel);
        }

        // Whichever two come first, one of them is behind the other.
        _files.Stuck = [.. uploads[..2], .. orphans[..2]];
        _time.Advance(TimeSpan.FromDays(3));
        await pipeline.Reconciler.PurgeAsync(Cancel);

        Assert.Empty((await pipeline.Tasks.ListAsync(10, cursor: null, collection: null, Cancel)).Items);
        Assert.Equal(_files.Stuck.Order(StringComparer.Ordinal), await LeftAsync());
        _files.Stuck = [];
        await pipeline.Reconciler.PurgeAsync(Cancel);
        Assert.Empty(await LeftAsync());

        ValueTask<List<string>> LeftAsync() => _files.AllAsync(_time.GetUtcNow()).Order(StringComparer.Ordinal).ToListAsync(Cancel);
    }

    [Fact]
    public async Task A_purge_that_fails_waits_as_long_for_the_next_as_one_that_does_not()
    {
        await using var pipeline = await StartAsync();
        _files.IsAway = true;
        await pipeline.Reconciler.StartAsync(Cancel);
        for (var pass = 1; pass <= 4; pass++)
        {
            await Eventually.TrueAsync(() => _queue.Passes >= pass, $"pass {pass}");
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(1, _files.Listed);
        _time.Advance(TimeSpan.FromHours(1));
        await Eventually.TrueAsync(() => _files.Listed == 2, "the next purge");
        await pipeline.Reconciler.StopAsync(Cancel);
    }

    public void Dispose() => _folder.Dispose();

    private Task<Pipeline> StartAsync() => Pipeline.StartAsync(
        new IngestOptions { Retention = TimeSpan.Zero },
        more: services => services.AddSingleton<TimeProvider>(_time).AddSingleton<IFileStore>(_files).AddSingleton<IChunkQueue>(_queue),
        folder: _folder.Path);

    private sealed class WatchedFiles(FolderFileStore files) : IFileStore
    {
        private int _listed;

        public string[] Stuck { get; set; } = [];

        public bool IsAway { get; set; }

        public int Listed => Volatile.Read(ref _listed);

        public IAsyncEnumerable<string> AllAsync(DateTimeOffset now) => files.OlderThanAsync(now + TimeSpan.FromDays(1), Cancel);

        public Task<StoredFile> WriteAsync(string key, Stream content, CancellationToken cancellationToken) => files.WriteAsync(key, content, cancellationToken);

        public Task<Stream> OpenAsync(string key, CancellationToken cancellationToken) => files.OpenAsync(key, cancellationToken);

        public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
            Stuck.Contains(key) ? throw new UnauthorizedAccessException($"{key} may not be removed") : files.DeleteAsync(key, cancellationToken);

        public IAsyncEnumerable<string> OlderThanAsync(DateTimeOffset writtenBefore, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _listed);
            return IsAway ? throw new IOException("The files are away") : files.OlderThanAsync(writtenBefore, cancellationToken);
        }

        public Task PingAsync(CancellationToken cancellationToken) => files.PingAsync(cancellationToken);
    }

    private sealed class WatchedQueue : IChunkQueue
    {
        private int _passes;

        public int Passes => Volatile.Read(ref _passes);

        public Task<bool> EnqueueAsync(string taskId, int? chunk, TimeSpan? delay, CancellationToken cancellationToken) => Task.FromResult(true);

        public Task<long?> DepthAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _passes);
            return Task.FromResult<long?>(0);
        }
    }
}
