using System.Net;

namespace VectorDb.Dashboard.Tests;

public sealed class SiteTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/dashboard/", "evil.example", null)]
    [InlineData("GET", "/dashboard/login", "evil.example", null)]
    [InlineData("GET", "/dashboard/tasks/1/errors", "127.0.0.1.evil.example:80", null)]
    [InlineData("GET", "/dashboard/hangfire/", "evil.example", null)]
    [InlineData("POST", "/dashboard/tasks/1/cancel", "localhost:8080", "https://evil.example")]
    [InlineData("POST", "/dashboard/tasks/1/retry", "localhost:8080", "http://localhost:3000")]
    public async Task Without_keys_no_site_of_somebody_else_reaches_the_dashboard_through_a_browser(string method, string path, string name, string? origin)
    {
        await using var host = await DashboardHost.OpenAsync();

        var answer = await SendAsync(host, method, path, name, origin);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("VECTORDB_AUTH", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData("/dashboard/", "localhost:8080", HttpStatusCode.OK)]
    [InlineData("/dashboard/", "10.1.2.3", HttpStatusCode.OK)]
    [InlineData("/dashboard/", "dashboard:8080", HttpStatusCode.OK)]
    [InlineData("/health", "balancer.example", HttpStatusCode.OK)]
    public async Task Its_own_names_and_probes_are_answered(string path, string name, HttpStatusCode expected)
    {
        await using var host = await DashboardHost.OpenAsync();

        Assert.Equal(expected, (await SendAsync(host, "GET", path, name)).StatusCode);
    }

    [Fact]
    public async Task With_keys_the_dashboard_answers_to_any_name()
    {
        await using var host = await DashboardHost.WithKeysAsync();

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(host, "GET", "/dashboard/login", "dashboard.example")).StatusCode);
    }

    private static async Task<HttpResponseMessage> SendAsync(DashboardHost host, string method, string path, string name, string? origin = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Host = name;
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        return await host.Client().SendAsync(request, Cancellation);
    }
}
