using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;
using VectorDb.Core.Collections;
using VectorDb.Core.Configuration;
using VectorDb.Core.Embeddings;
using VectorDb.Core.Files;
using VectorDb.Core.Hosting;
using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;

namespace VectorDb.Worker.Tests;

/// <summary>What the API does with an upload, in this process, on the data and the queue that worker processes share.</summary>
internal sealed class IngestHome : IAsyncDisposable
{
    public const string Collection = "docs";
    private readonly TemporaryFolder _folder = new();
    private readonly ServiceProvider _services;
    private int _uploads;

    private IngestHome(Dictionary<string, string> environment)
    {
        Environment = environment;
        environment["VECTORDB_DATA"] = _folder.File("data");
        environment.TryAdd("VECTORDB_EMBEDDER_DIMENSION", "32");
        environment.TryAdd("VECTORDB_WORKER_LEASE", "10");
        var settings = ApplicationSettings.Load(new ConfigurationBuilder().AddInMemoryCollection(environment!).Build());
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddApplicationParts(settings);
        _services = services.BuildServiceProvider();
    }

    public Dictionary<string, string> Environment { get; }

    public ITaskLedger Tasks => _services.GetRequiredService<ITaskLedger>();

    public ITaskQueue Queue => _services.GetRequiredService<ITaskQueue>();

    public IVectorStore Store => _services.GetRequiredService<IVectorStore>();

    public IConnectionMultiplexer Redis => _services.GetRequiredService<IConnectionMultiplexer>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<IngestHome> OpenAsync(int redisPort, Dictionary<string, string>? environment = null)
    {
        environment ??= [];
        environment.TryAdd("VECTORDB_REDIS", $"127.0.0.1:{redisPort}");
        var home = new IngestHome(environment);
        foreach (var service in home._services.GetServices<IHostedService>())
        {
            await service.StartAsync(Cancel);
        }

        var dimension = home._services.GetRequiredService<ITextEmbedder>().Dimension;
        await home.Store.CreateAsync(new CollectionSpec(Collection, dimension, Metric.Cosine), Cancel);
        return home;
    }

    public static string Csv(int rows) =>
        "id,text\n" + string.Concat(Enumerable.Range(1, rows).Select(static row => $"r{row},text number {row} about subject {row % 97}\n"));

    public async Task<string> UploadAsync(string content, UploadOptions? options = null)
    {
        var id = $"task-{++_uploads}";
        var files = _services.GetRequiredService<IFileStore>();
        var file = await files.WriteAsync(FileKeys.Upload(id, "a.csv"), new MemoryStream(Encoding.UTF8.GetBytes(content)), Cancel);
        await Tasks.CreateAsync(new NewTask(id, Collection, file.Key, options ?? new UploadOptions(), IdempotencyKey: null, file.Sha256), Cancel);
        await Queue.NudgeAsync(id, Cancel);
        return id;
    }

    public async Task<IngestTask> TaskAsync(string id) => (await Tasks.FindAsync(id, Cancel))!;

    public Task<IngestTask> EndAsync(string id, int seconds = 120) =>
        Eventually.ReturnsAsync(() => TaskAsync(id), static task => task.HasEnded, "the task ends", TimeSpan.FromSeconds(seconds));

    public async Task<long> CountAsync() => (await Store.GetAsync(Collection, Cancel)).Count;

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }
}
