using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;

namespace VectorDb.Api.Tests;

[Trait(Suites.Trait, Suites.Full)]
public sealed class ExportTests
{
    [Fact]
    public async Task Traces_go_to_the_collector_that_the_standard_variable_names()
    {
        var seen = new ConcurrentBag<string>();
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        await using var collector = builder.Build();
        collector.MapPost("/{**path}", (HttpContext context) => seen.Add(context.Request.Path));
        await collector.StartAsync(TestContext.Current.CancellationToken);
        await using var api = await ApiHost.StartAsync(
            $"--OTEL_EXPORTER_OTLP_ENDPOINT={collector.Urls.First()}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "--OTEL_BSP_SCHEDULE_DELAY=50");

        await api.GetAsync("/api/v1/collections");

        await Eventually.TrueAsync(() => seen.Contains("/v1/traces"), "a trace arrives");
    }

    [Fact]
    public async Task Without_a_collector_nothing_of_it_is_registered()
    {
        await using var api = await ApiHost.StartAsync();

        Assert.Null(api.Services.GetService<TracerProvider>());
    }
}
