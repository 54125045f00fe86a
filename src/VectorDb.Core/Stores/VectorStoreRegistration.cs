using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VectorDb.Core.Stores.Embedded;
using VectorDb.Core.Stores.Postgres;

namespace VectorDb.Core.Stores;

public static class VectorStoreRegistration
{
    /// <summary>Registers <see cref="IVectorStore"/>. The schema is brought up to date while the host starts, before it serves.</summary>
    public static IServiceCollection AddVectorStore(this IServiceCollection services, VectorStoreOptions options)
    {
        if (options.Kind == VectorStoreKind.Postgres)
        {
            services.AddSingleton<IVectorStore>(_ => new PostgresStore(options));
        }
        else
        {
            services.AddSingleton(provider => new EmbeddedStore(options, provider.GetService<ILogger<EmbeddedStore>>()));
            services.AddSingleton<IVectorStore>(provider => provider.GetRequiredService<EmbeddedStore>());
        }

        services.AddHostedService(provider => new Preparation(provider.GetRequiredService<IVectorStore>(), options.Warm));
        return services;
    }

    private sealed class Preparation(IVectorStore store, bool warm) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await store.MigrateAsync(cancellationToken);
            if (warm && store is EmbeddedStore embedded)
            {
                await embedded.WarmAsync(cancellationToken);
            }
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
