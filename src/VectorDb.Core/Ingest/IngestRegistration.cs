using Microsoft.Extensions.DependencyInjection;
using VectorDb.Core.Configuration;
using VectorDb.Core.Monitoring;
using VectorDb.Core.Queue;

namespace VectorDb.Core.Ingest;

public static class IngestRegistration
{
    /// <summary>
    /// What a worker runs: the jobs (<see cref="IIngestJobs"/>) and the reconciler. Needs a vector store, an embedder, a ledger, a file store and a queue.
    /// </summary>
    public static IServiceCollection AddIngest(this IServiceCollection services, ApplicationSettings settings) =>
        services.AddWorkerMetrics(settings).AddIngest(new IngestOptions
        {
            SoftLimit = TimeSpan.FromSeconds(settings.Get(Settings.WorkerSoftLimit)),
            HardLimit = TimeSpan.FromSeconds(settings.Get(Settings.WorkerHardLimit)),
            Lease = TimeSpan.FromSeconds(settings.Get(Settings.WorkerLease)),
            Retention = TimeSpan.FromDays(settings.Get(Settings.TaskRetentionDays)),
        });

    internal static IServiceCollection AddIngest(this IServiceCollection services, IngestOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<IngestCounts>();
        services.AddSingleton<Splitter>();
        services.AddSingleton<ChunkIndexer>();
        services.AddSingleton<IIngestJobs, IngestJobs>();
        services.AddSingleton<Reconciler>();
        services.AddHostedService(static provider => provider.GetRequiredService<Reconciler>());
        return services;
    }
}
