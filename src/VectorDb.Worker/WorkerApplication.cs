using Hangfire;
using VectorDb.Core.Configuration;
using VectorDb.Core.Health;
using VectorDb.Core.Hosting;
using VectorDb.Core.Ingest;

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
        services.AddApplicationParts(settings);
        services.AddIngest(settings);
        services.AddHangfire(static (provider, hangfire) => hangfire.UseStorage(provider.GetRequiredService<JobStorage>()));
        services.AddHangfireServer(options =>
        {
            options.WorkerCount = (int)settings.Get(Settings.WorkerConcurrency);
            options.HeartbeatInterval = Heartbeat;
            options.ServerTimeout = GoneAfter;
            options.SchedulePollingInterval = ScheduleEvery;
            options.ShutdownTimeout = StopWithin;
        });
        builder.Logging.AddFilter("Hangfire", LogLevel.Warning);

        var app = builder.Build();
        app.UseService();
        app.MapHealth();
        app.MapPrometheus();
        return app;
    }
}
