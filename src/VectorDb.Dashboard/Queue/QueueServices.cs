using Hangfire;
using Hangfire.Redis.StackExchange;
using StackExchange.Redis;
using VectorDb.Core.Configuration;
using VectorDb.Core.Health;

namespace VectorDb.Dashboard.Queue;

/// <summary>The queue as the dashboard sees it: Hangfire's own pages, and the counts for ours.</summary>
internal static class QueueServices
{
    public static void AddQueue(this IServiceCollection services, ApplicationSettings settings)
    {
        services.AddHangfire(static _ => { });
        services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(Options(settings)));
        services.AddSingleton<JobStorage>(static provider => new RedisStorage(provider.GetRequiredService<IConnectionMultiplexer>()));
        services.AddSingleton<IQueueMonitor>(static provider => new HangfireQueueMonitor(
            provider.GetRequiredService<JobStorage>, provider.GetRequiredService<TimeProvider>()));
        services.AddDependency("queue", needed: false, static async (provider, cancellationToken) =>
            await provider.GetRequiredService<IConnectionMultiplexer>().GetDatabase().PingAsync().WaitAsync(cancellationToken));
    }

    public static IEndpointConventionBuilder MapQueue(this IEndpointRouteBuilder routes) =>
        routes.MapHangfireDashboard(Routes.Hangfire, new DashboardOptions
        {
            Authorization = [],
            AppPath = Routes.Prefix + "/",
            DashboardTitle = "VectorDb jobs",
            DisplayStorageConnectionString = false,
        });

    private static ConfigurationOptions Options(ApplicationSettings settings)
    {
        var options = ConfigurationOptions.Parse(settings.Get(Settings.Redis) ?? "localhost:6379");
        options.Password = settings.Get(Settings.RedisPassword);
        options.Ssl = settings.Get(Settings.RedisTls);
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = 2000;
        return options;
    }
}
