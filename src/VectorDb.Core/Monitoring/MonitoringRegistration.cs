using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VectorDb.Core.Configuration;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Monitoring;

public static class MonitoringRegistration
{
    /// <summary>A line of metrics a minute to VECTORDB_METRICS_FILE; nothing when that or the queue is not set.</summary>
    public static IServiceCollection AddWorkerMetrics(this IServiceCollection services, ApplicationSettings settings) =>
        settings.Get(Settings.MetricsFile) is not { } path || settings.Get(Settings.Redis) is null
            ? services
            : services.AddSingleton<IHostedService>(provider => new MetricsReporter(
                provider.GetRequiredService<IChunkLedger>(),
                provider.GetRequiredService<JobStorage>(),
                new MetricsFile(path),
                settings.Get(Settings.Environment),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<MetricsReporter>>()));
}
