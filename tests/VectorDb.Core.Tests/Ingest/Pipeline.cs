using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using VectorDb.Core.Collections;
using VectorDb.Core.Embeddings;
using VectorDb.Core.Files;
using VectorDb.Core.Ingest;
using VectorDb.Core.Queue;
using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Tests.Ingest;

/// <summary>Everything a worker has, real, but for the queue: jobs run when the test says so.</summary>
internal sealed class Pipeline : IAsyncDisposable
{
    public const string Collection = "docs";
    private readonly TemporaryFolder _folder = new();
    private readonly ServiceProvider _services;
    private int _uploads;

    private Pipeline(IngestOptions options, ITextEmbedder embedder, Action<IServiceCollection>? more, string? folder)
    {
        Folder = folder ?? _folder.Path;
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSqliteTaskLedger(Path.Combine(Folder, "tasks.db"));
        services.AddSingleton<IFileStore>(new FolderFileStore(Path.Combine(Folder, "files"), DurableFolder.Flush));
        services.AddVectorStore(new VectorStoreOptions(VectorStoreKind.Embedded, Path.Combine(Folder, "vectors.db")));
        services.AddSingleton(embedder);
        services.AddSingleton<IChunkQueue>(Queue);
        services.AddIngest(options);
        more?.Invoke(services);
        _services = services.BuildServiceProvider();
    }

    public JobList Queue { get; } = new();

    public ITaskLedger Tasks => _services.GetRequiredService<ITaskLedger>();

    public IChunkLedger Chunks => _services.GetRequiredService<IChunkLedger>();

    public IFileStore Files => _services.GetRequiredService<IFileStore>();

    public IVectorStore Store => _services.GetRequiredService<IVectorStore>();

    public IIngestJobs Jobs => _services.GetRequiredService<IIngestJobs>();

    public Reconciler Reconciler => _services.GetRequiredService<Reconciler>();

    public string Folder { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Pipeline> StartAsync(
        IngestOptions? options = null, ITextEmbedder? embedder = null, Action<IServiceCollection>? more = null, string? folder = null)
    {
        embedder ??= new HashingEmbedder(16);
        var pipeline = new Pipeline(options ?? new IngestOptions(), embedder, more, folder);
        foreach (var service in pipeline._services.GetServices<IHostedService>().Where(service => service is not Core.Ingest.Reconciler))
        {
            await service.StartAsync(Cancel);
        }

        await pipeline.Store.CreateAsync(new CollectionSpec(Collection, embedder.Dimension, Metric.Cosine), Cancel);
        return pipeline;
    }

    public static string Csv(int rows) => "id,text\n" + string.Concat(Enumerable.Range(1, rows).Select(row => $"r{row},text number {row}\n"));

    public async Task<string> UploadAsync(string content, UploadOptions? options = null, string name = "a.csv", string collection = Collection)
    {
        var id = $"task-{++_uploads}";
        var file = await Files.WriteAsync(FileKeys.Upload(id, name), new MemoryStream(Encoding.UTF8.GetBytes(content)), Cancel);
        var target = collection == Collection ? await Store.IdentifyAsync(collection, Cancel) : null;
        await Tasks.CreateAsync(
            new NewTask(id, collection, file.Key, options ?? new UploadOptions(), IdempotencyKey: null, file.Sha256) { CollectionId = target?.Id }, Cancel);
        await Queue.EnqueueAsync(id, chunk: null, delay: null, Cancel);
        return id;
    }

    /// <summary>Runs jobs until there are none, waiting for no delay.</summary>
    public async Task<IngestTask> RunAsync(string taskId)
    {
        while (Queue.TryTake(out var job))
        {
            await RunAsync(job);
        }

        return (await Tasks.FindAsync(taskId, Cancel))!;
    }

    public Task RunAsync(LostWork job, CancellationToken? cancellationToken = null) => job.Number is { } chunk
        ? Jobs.IndexAsync(job.TaskId, chunk, cancellationToken ?? Cancel)
        : Jobs.SplitAsync(job.TaskId, cancellationToken ?? Cancel);

    public async Task<long> CountAsync() => (await Store.GetAsync(Collection, Cancel)).Count;

    public Task<List<RecordError>> ErrorsAsync(string taskId) => Tasks.ErrorsAsync(taskId, Cancel).ToListAsync(Cancel).AsTask();

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    internal sealed class JobList : IChunkQueue
    {
        private readonly List<LostWork> _jobs = [];

        public IReadOnlyList<LostWork> Jobs => _jobs;

        public bool IsAway { get; set; }

        public Task<bool> EnqueueAsync(string taskId, int? chunk, TimeSpan? delay, CancellationToken cancellationToken)
        {
            if (!IsAway)
            {
                _jobs.Add(new LostWork(taskId, chunk));
            }

            return Task.FromResult(!IsAway);
        }

        public Task<long?> DepthAsync(CancellationToken cancellationToken) => Task.FromResult<long?>(IsAway ? null : _jobs.Count);

        public void Flush() => _jobs.Clear();

        public bool TryTake(out LostWork job)
        {
            job = _jobs.Count > 0 ? _jobs[0] : new LostWork("", Number: null);
            if (_jobs.Count == 0)
            {
                return false;
            }

            _jobs.RemoveAt(0);
            return true;
        }
    }
}
