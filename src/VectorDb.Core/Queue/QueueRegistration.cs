using Hangfire;
using Hangfire.Redis.StackExchange;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using VectorDb.Core.Configuration;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Queue;

public static class QueueRegistration
{
    /// <summary>Keys of every job begin with it (in braces: one slot, should the server be a cluster).</summary>
    private const string Prefix = "{vectordb}:";

    /// <summary>
    /// Longer than any job may run (hard limit 30 minutes): Hangfire must not hand a running job to a second worker.
    /// The work of a killed worker does not wait for it; the ledger's leases run out much sooner.
    /// </summary>
    private static readonly TimeSpan Invisibility = TimeSpan.FromHours(2);

    /// <summary>How long a waiting worker sleeps should the announcement of a job be lost.</summary>
    private static readonly TimeSpan FetchAtLeastEvery = TimeSpan.FromSeconds(5);

    /// <summary>
    /// <see cref="ITaskQueue"/>, always; and with a queue in the settings <see cref="IChunkQueue"/>, the connection and Hangfire's <see cref="JobStorage"/> (for the worker's server and the dashboard).
    /// Nothing connects before it is used, and an absent server stops no process from starting.
    /// </summary>
    public static IServiceCollection AddTaskQueue(this IServiceCollection services, ApplicationSettings settings)
    {
        if (settings.Get(Settings.Redis) is not { } address)
        {
            return services.AddSingleton<ITaskQueue, AbsentQueue>();
        }

        var password = new LiveSecret(settings, Settings.RedisPassword);
        return services.AddTaskQueue(new QueueOptions(address, password.Value, settings.Get(Settings.RedisTls), settings.Get(Settings.RedisAuthority))
        {
            CurrentPassword = password.IsFile ? () => password.Value : null,
        });
    }

    internal static IServiceCollection AddTaskQueue(this IServiceCollection services, QueueOptions options)
    {
        services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(options.ToConfiguration()));
        services.AddSingleton<JobStorage>(static provider => new RedisStorage(
            provider.GetRequiredService<IConnectionMultiplexer>(),
            new RedisStorageOptions { Prefix = Prefix, InvisibilityTimeout = Invisibility, FetchTimeout = FetchAtLeastEvery }));
        services.AddSingleton<IBackgroundJobClient>(static provider => new BackgroundJobClient(provider.GetRequiredService<JobStorage>()));
        services.AddSingleton<HangfireQueue>();
        services.AddSingleton<ITaskQueue>(static provider => provider.GetRequiredService<HangfireQueue>());
        services.AddSingleton<IChunkQueue>(static provider => provider.GetRequiredService<HangfireQueue>());
        return services;
    }
}
