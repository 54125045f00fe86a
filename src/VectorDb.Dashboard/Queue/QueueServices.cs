using Hangfire;
using StackExchange.Redis;
using VectorDb.Core.Configuration;
using VectorDb.Core.Health;

namespace VectorDb.Dashboard.Queue;

/// <summary>The queue as the dashboard sees it: Hangfire's own pages, and the counts for ours.</summary>
internal static class QueueServices
{
    public static void AddQueueMonitor(this IServiceCollection services, ApplicationSettings settings)
    {
        if (settings.Get(Settings.Redis) is null)
        {
            services.AddSingleton<IQueueMonitor, AbsentQueueMonitor>();
            return;
        }

        services.AddHangfire(static _ => { });
        services.AddSingleton<IQueueMonitor>(static provider => new HangfireQueueMonitor(
            provider.GetRequiredService<JobStorage>, provider.GetRequiredService<TimeProvider>()));
        services.AddDependency("queue", needed: false, static async (provider, cancellationToken) =>
            await provider.GetRequiredService<IConnectionMultiplexer>().GetDatabase().PingAsync().WaitAsync(cancellationToken));
    }

    /// <summary>Hangfire's own pages, or why there are none. The first visit connects: a queue that is away delays no start.</summary>
    public static IEndpointConventionBuilder MapQueue(this IEndpointRouteBuilder routes)
    {
        if (!routes.ServiceProvider.GetRequiredService<IServiceProviderIsService>().IsService(typeof(JobStorage)))
        {
            return routes.MapGet(Routes.Hangfire, static () => Results.Text(AbsentQueueMonitor.Reason, statusCode: StatusCodes.Status404NotFound));
        }

        // A visit while the queue is away must not spoil the next one: a failure is not kept.
        var pages = new Lazy<RequestDelegate>(() => new ApplicationBuilder(routes.ServiceProvider).UseHangfireDashboard(Routes.Hangfire, new DashboardOptions
        {
            // Who may come in is decided by the endpoint's policy, as for every other page.
            Authorization = [],
            AppPath = Routes.Prefix + "/",
            DashboardTitle = "VectorDb jobs",
            DisplayStorageConnectionString = false,
        }).Build(), LazyThreadSafetyMode.PublicationOnly);
        return routes.Map(Routes.Hangfire + "/{**page}", context => pages.Value(context));
    }
}
