using System.Text.Json.Serialization;
using VectorDb.Api.Access;
using VectorDb.Api.Collections;
using VectorDb.Api.Documentation;
using VectorDb.Api.Json;
using VectorDb.Api.Limits;
using VectorDb.Api.Problems;
using VectorDb.Api.Records;
using VectorDb.Api.Search;
using VectorDb.Api.Tasks;
using VectorDb.Api.Uploads;
using VectorDb.Core.Configuration;
using VectorDb.Core.Health;
using VectorDb.Core.Hosting;
using VectorDb.Core.Security;

namespace VectorDb.Api;

internal static class ApiApplication
{
    private const string Prefix = "/api/v1";

    public static WebApplication Build(string[] args) => Build(args, static _ => { });

    /// <param name="configure">Replaces services: for the tests.</param>
    internal static WebApplication Build(string[] args, Action<IServiceCollection> configure)
    {
        var (builder, settings) = ServiceProcess.CreateBuilder("api", args);
        builder.AddRequestLimits(settings);
        builder.Services.AddApplicationParts(settings, searches: true);
        builder.Services.AddSingleton<ApiKeyRing>();
        builder.Services.AddSingleton<SiteCheck>();
        builder.Services.AddDocumentation();
        builder.Services.ConfigureHttpJsonOptions(static options =>
        {
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
            options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        configure(builder.Services);

        var app = builder.Build();
        app.UseService();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseMiddleware<DotSegmentMiddleware>();
        app.UseMiddleware<IdentifyMiddleware>();
        app.UseRouting();
        app.UseRateLimiter();
        app.UseMiddleware<SiteMiddleware>();
        app.UseMiddleware<AuthoriseMiddleware>();
        app.UseRequestTimeouts();
        Map(app, settings);
        app.LogAccess(settings);
        return app;
    }

    private static void Map(WebApplication app, ApplicationSettings settings)
    {
        app.MapHealth().DisableRateLimiting();
        app.MapHealth(Prefix).DisableRateLimiting();
        app.MapDocumentation();
        app.MapPrometheus().Needs(Scope.Read).WithMetadata(new AnyHost()).FailsLikeAll();

        var api = app.MapGroup(Prefix).FailsLikeAll();
        api.MapCollections();
        api.MapRecords();
        api.MapSearch();
        api.MapUploads(settings);
        api.MapTasks();
    }
}
