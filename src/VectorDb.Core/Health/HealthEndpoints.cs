using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using VectorDb.Core.Configuration;
using VectorDb.Core.Embeddings;

namespace VectorDb.Core.Health;

/// <summary>Health of a service: what it depends on, and the calls that tell.</summary>
public static class HealthEndpoints
{
    /// <summary>Adds a dependency; it is asked in the background every few seconds.</summary>
    /// <param name="needed">Whether the deep check answers 503 without it.</param>
    /// <param name="ping">A cheap round trip; throws when it is away.</param>
    public static IServiceCollection AddDependency(
        this IServiceCollection services, string name, bool needed, Func<IServiceProvider, CancellationToken, Task> ping) =>
        services.AddSingleton(provider => new Dependency(name, needed, cancellationToken => ping(provider, cancellationToken)));

    /// <summary>
    /// <c>{prefix}/health</c>: 200 while this process can serve, never asks a dependency.
    /// <c>{prefix}/health/deep</c>: asks them, 503 when a needed one is away.
    /// </summary>
    /// <returns>The group of both calls.</returns>
    public static RouteGroupBuilder MapHealth(this IEndpointRouteBuilder routes, string prefix = "")
    {
        var group = routes.MapGroup(prefix + "/health");
        var monitor = routes.ServiceProvider.GetRequiredService<HealthMonitor>();
        var service = routes.ServiceProvider.GetRequiredService<ServiceIdentity>();
        Map(group, "", "Ask whether this process can serve", Shallow);
        Map(group, "/deep", "Ask what this process depends on; 503 when a needed part is away", DeepAsync)
            .WithMetadata(Answer(StatusCodes.Status503ServiceUnavailable));
        return group;

        Task Shallow(HttpContext context) => WriteAsync(context, service.Report(DependencyState.Ok, monitor.Known));

        async Task DeepAsync(HttpContext context)
        {
            var states = await monitor.AskAsync(context.RequestAborted);
            var down = states.Any(state => state.Status != DependencyState.Ok && monitor.IsNeeded(state.Name));
            context.Response.StatusCode = down ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
            await WriteAsync(context, service.Report(down ? DependencyState.Down : DependencyState.Ok, states));
        }
    }

    internal static void AddHealth(this IServiceCollection services, string service)
    {
        services.AddSingleton(provider => new ServiceIdentity(service, provider));
        services.TryAddSingleton<HealthMonitor>();
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<HealthMonitor>());
    }

    // The method among the metadata is what puts a request delegate into the OpenAPI document; probes that ask for the head are not in it.
    private static IEndpointConventionBuilder Map(RouteGroupBuilder group, string pattern, string summary, RequestDelegate handle)
    {
        group.MapMethods(pattern, [HttpMethods.Head], handle);
        return group.MapGet(pattern, handle).WithSummary(summary).WithTags("Health").WithMetadata(handle.Method, Answer(StatusCodes.Status200OK));
    }

    private static ProducesResponseTypeMetadata Answer(int status) => new(status, typeof(HealthReport), ["application/json"]);

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(report, HealthJson.Default.HealthReport, contentType: null, context.RequestAborted);
    }
}

internal sealed class ServiceIdentity(string service, IServiceProvider services)
{
    private readonly ApplicationSettings _settings = services.GetRequiredService<ApplicationSettings>();
    private readonly Lazy<string?> _embedder = new(() => services.GetService<ITextEmbedder>()?.Name);

    public HealthReport Report(string status, IReadOnlyList<DependencyState> dependencies) => new(
        status, service, _settings.Get(Settings.Release), _settings.Get(Settings.Commit), _settings.Get(Settings.ImageDigest), _settings.Get(Settings.Instance),
        _embedder.Value, dependencies);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HealthReport))]
internal sealed partial class HealthJson : JsonSerializerContext;
