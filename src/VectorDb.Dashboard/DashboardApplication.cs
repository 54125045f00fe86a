using VectorDb.Core.Health;
using VectorDb.Core.Hosting;
using VectorDb.Core.Queue;
using VectorDb.Core.Tasks;
using VectorDb.Dashboard.Access;
using VectorDb.Dashboard.Layout;
using VectorDb.Dashboard.Overview;
using VectorDb.Dashboard.Queue;
using VectorDb.Dashboard.Tasks;

namespace VectorDb.Dashboard;

internal static class DashboardApplication
{
    public static WebApplication Build(string[] args)
    {
        var (builder, settings) = ServiceProcess.CreateBuilder("dashboard", args);
        var services = builder.Services;
        services.AddRazorComponents();
        services.AddAccess(settings);
        services.AddTaskLedger(settings);
        services.AddTaskQueue(settings);
        services.AddQueueMonitor(settings);
        services.AddDependency("tasks", needed: true, static (provider, cancellationToken) =>
            provider.GetRequiredService<ITaskLedger>().ListAsync(limit: 1, cursor: null, collection: null, cancellationToken));
        services.AddSingleton(new Assets(Path.Combine(AppContext.BaseDirectory, Assets.Folder)));
        services.AddSingleton<Frames>();
        services.AddSingleton<OverviewReader>();

        var app = builder.Build();
        app.UseService();
        app.UseSecurityHeaders();
        app.UseOwnSiteOnly();
        app.UseFailurePage();
        app.UseRouting();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapHealth();
        MapPages(app);
        return app;
    }

    private static void MapPages(WebApplication app)
    {
        var site = app.MapGroup(Routes.Prefix);
        site.MapGet("/assets/{name}", (string name, string? v, Assets assets, HttpResponse response) => assets.Serve(name, v, response));
        site.MapLogin();

        var pages = site.MapGroup("").RequireAuthorization(AccessServices.Policy);
        pages.MapOverview();
        pages.MapTasks();
        app.MapQueue().RequireAuthorization(AccessServices.Policy);
    }
}
