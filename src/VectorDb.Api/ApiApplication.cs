using VectorDb.Core.Health;
using VectorDb.Core.Hosting;

namespace VectorDb.Api;

internal static class ApiApplication
{
    public static WebApplication Build(string[] args)
    {
        var (builder, _) = ServiceProcess.CreateBuilder("api", args);
        var app = builder.Build();
        app.UseService();
        app.MapHealth();
        app.MapHealth("/api/v1");
        return app;
    }
}
