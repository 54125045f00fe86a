using System.Net;

namespace VectorDb.Api.Tests;

public sealed class MetricsTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task Metrics_count_requests_by_route_for_Prometheus()
    {
        await api.GetAsync("/metrics");
        await api.GetAsync("/api/v1/collections");

        var metrics = await api.GetAsync("/metrics");

        Assert.Equal(HttpStatusCode.OK, metrics.Status);
        Assert.Contains("http_server_request_duration_bucket{", metrics.Body);
        Assert.Contains("""http_route="/api/v1/collections""", metrics.Body);
    }
}
