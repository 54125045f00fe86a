using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using VectorDb.Core.Configuration;
using VectorDb.Core.Embeddings;
using VectorDb.Core.Files;
using VectorDb.Core.Health;
using VectorDb.Core.Queue;
using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Hosting;

/// <summary>The parts that the services share, each where the settings say, with their health.</summary>
public static class ApplicationParts
{
    internal const string VectorsFile = "vectors.db";

    /// <summary>Store, ledger, files, queue and embedder. The queue is not a needed one: without it tasks wait in the ledger.</summary>
    /// <param name="searches">Whether this process answers searches, and so holds the embedded store in memory.</param>
    public static IServiceCollection AddApplicationParts(this IServiceCollection services, ApplicationSettings settings, bool searches = false)
    {
        var postgres = new LiveSecret(settings, Settings.Postgres);
        services.AddVectorStore(new VectorStoreOptions(
            settings.Get(Settings.Store) == StoreKind.Postgres ? VectorStoreKind.Postgres : VectorStoreKind.Embedded,
            Path.Combine(settings.Get(Settings.Data), VectorsFile),
            settings.Get(Settings.Postgres),
            searches)
        {
            CurrentConnectionString = postgres.IsFile ? () => postgres.Value : null,
        });
        services.AddTaskLedger(settings);
        services.AddTaskQueue(settings);
        services.AddFileStore(settings);
        services.AddEmbedder(settings);
        services.AddDependency("store", needed: true, static (provider, cancellationToken) =>
            provider.GetRequiredService<IVectorStore>().PingAsync(cancellationToken));
        services.AddDependency("tasks", needed: true, static (provider, cancellationToken) =>
            provider.GetRequiredService<ITaskLedger>().ListAsync(1, cursor: null, collection: null, cancellationToken));
        services.AddDependency("files", needed: true, static (provider, cancellationToken) =>
            provider.GetRequiredService<IFileStore>().PingAsync(cancellationToken));
        if (settings.Get(Settings.Redis) is not null)
        {
            services.AddDependency("queue", needed: false, static (provider, _) =>
                provider.GetRequiredService<IConnectionMultiplexer>().GetDatabase().PingAsync());
        }

        return services;
    }
}
