using Hangfire;
using Prometheus;
using VectorDb.Core.Configuration;
using VectorDb.Core.Embeddings;
using VectorDb.Core.Files;
using VectorDb.Core.Health;
using VectorDb.Core.Hosting;
using VectorDb.Core.Ingest;
using VectorDb.Core.Queue;
using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;

namespace VectorDb.Worker;

internal static class WorkerApplication
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan GoneAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ScheduleEvery = TimeSpan.FromSeconds(1);

    /// <summary>Within the 30 seconds of the process, and longer than a job's own grace.</summary>
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(25);

    public static WebApplication Build(string[] args)
    {
        var (builder, settings) = ServiceProcess.CreateBuilder("worker", WorkerArguments.ToSettings(args));
        settings.Require(Settings.Redis);
        var services = builder.Services;
        services.AddVectorStore(new VectorStoreOptions(
            settings.Get(Settings.Store) == StoreKind.Postgres ? VectorStoreKind.Postgres : VectorStoreKind.Embedded,
            Path.Combine(settings.Get(Settings.Data), "vectors.db"),
            settings.Get(Settings.Postgres)));
        services.AddEmbedder(settings);
        services.AddTaskLedger(settings);
        services.AddFileStore(settings);
        services.AddTaskQueue(settings);
        services.AddIngest(settings);
        services.AddHostedService<BacklogReport>();
        services.AddHangfire(static (provider, hangfire) => hangfire.UseStorage(provider.GetRequiredService<JobStorage>()));
        services.AddHangfireServer(options =>
        {
            options.WorkerCount = (int)settings.Get(Settings.WorkerConcurrency);
            options.HeartbeatInterval = Heartbeat;
            options.ServerTimeout = GoneAfter;
            options.SchedulePollingInterval = ScheduleEvery;
            options.ShutdownTimeout = StopWithin;
        });
        AddDependencies(services);
        builder.Logging.AddFilter("Hangfire", LogLevel.Warning);

        var app = builder.Build();
        app.UseService();
        app.MapHealth();
        app.MapMetrics();
        return app;
    }

    private static void AddDependencies(IServiceCollection services)
    {
        services.AddDependency("store", needed: true, static (provider, cancel) => provider.GetRequiredService<IVectorStore>().PingAsync(cancel));
        services.AddDependency("tasks", needed: true, static (provider, cancel) => provider.GetRequiredService<IChunkLedger>().BacklogAsync(cancel));
        services.AddDependency("files", needed: true, static (provider, cancel) => provider.GetRequiredService<IFileStore>().PingAsync(cancel));
        services.AddDependency("queue", needed: true, static async (provider, cancel) =>
        {
            if (await provider.GetRequiredService<IChunkQueue>().DepthAsync(cancel) is null)
            {
                throw new InvalidOperationException("The queue does not answer.");
            }
        });
    }
}
