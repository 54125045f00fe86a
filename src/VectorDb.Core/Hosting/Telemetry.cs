using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Prometheus;

namespace VectorDb.Core.Hosting;

/// <summary>Metrics for Prometheus always; traces and metrics over OTLP where the standard variable names a collector.</summary>
public static class Telemetry
{
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string OwnMeters = "VectorDb";
    private static readonly string[] PlatformMeters = ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    /// <summary>Seconds; searches take parts of a millisecond, uploads minutes.</summary>
    private static readonly double[] Buckets = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    /// <summary><c>/metrics</c>, in the text format of Prometheus. Counting begins with the first scrape.</summary>
    public static IEndpointConventionBuilder MapPrometheus(this IEndpointRouteBuilder routes) => routes.MapMetrics()
        .WithSummary("Read the metrics, in Prometheus' text format")
        .WithTags("Health")
        .WithMetadata(
            new HttpMethodMetadata([HttpMethods.Get]),
            // What puts it into the OpenAPI document: a method with the request for its only parameter.
            ((RequestDelegate)(static _ => Task.CompletedTask)).Method,
            new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), ["text/plain"]));

    internal static void AddTelemetry(this WebApplicationBuilder builder, string service, string release)
    {
        Metrics.ConfigureMeterAdapter(static options =>
        {
            options.InstrumentFilterPredicate = static instrument =>
                instrument.Meter.Name.StartsWith(OwnMeters, StringComparison.Ordinal)
                || PlatformMeters.Contains(instrument.Meter.Name, StringComparer.Ordinal);
            options.ResolveHistogramBuckets = static _ => Buckets;
        });
        Metrics.SuppressDefaultMetrics(new SuppressDefaultMetricOptions { SuppressEventCounters = true, SuppressProcessMetrics = true, SuppressDebugMetrics = true });
        if (!string.IsNullOrEmpty(builder.Configuration[Collector]))
        {
            AddExport(builder.Services, service, release);
        }
    }

    // On its own, so that a process without a collector loads nothing of it.
    private static void AddExport(IServiceCollection services, string service, string release) => services.AddOpenTelemetry()
        .ConfigureResource(resource => resource.AddService($"vectordb-{service}", serviceVersion: release))
        .WithTracing(static tracing => tracing.AddAspNetCoreInstrumentation())
        .WithMetrics(static metrics => metrics.AddMeter([OwnMeters + "*", .. PlatformMeters]))
        .UseOtlpExporter();
}
