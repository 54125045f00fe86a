using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using VectorDb.Api.Access;
using VectorDb.Core.Configuration;
using VectorDb.Core.Security;

namespace VectorDb.Api.Tests;

public sealed class AccessTests
{
    private static readonly string[] Open = ["/health", "/health/deep", "/api/v1/health", "/api/v1/health/deep", "/openapi/v1.json", "/docs", "/docs/"];

    [Fact]
    public async Task Without_a_key_only_health_and_documentation_answer()
    {
        await using var api = await ApiHost.StartAsync("--VECTORDB_AUTH=apikey");

        var refused = await api.GetAsync("/api/v1/collections");

        refused.Problem(HttpStatusCode.Unauthorized);
        Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.ToString());
        foreach (var path in Open)
        {
            Assert.Equal(HttpStatusCode.OK, (await api.WellAsync(HttpMethod.Get, path)).Status);
        }
    }

    [Theory]
    [InlineData(Scope.Read, HttpStatusCode.OK, HttpStatusCode.Forbidden)]
    [InlineData(Scope.Write, HttpStatusCode.OK, HttpStatusCode.Created)]
    [InlineData(Scope.Admin, HttpStatusCode.OK, HttpStatusCode.Created)]
    public async Task A_key_opens_what_its_scope_covers(Scope scope, HttpStatusCode list, HttpStatusCode create)
    {
        await using var api = await ApiHost.StartAsync("--VECTORDB_AUTH=apikey", "--VECTORDB_ENVIRONMENT=production");
        var key = await KeyAsync(api, scope);

        Assert.Equal(list, (await api.SendAsync(HttpMethod.Get, "/api/v1/collections", null, ("Authorization", $"Bearer {key}"))).Status);
        using var body = new StringContent("""{"name":"x"}""", null, "application/json");
        var made = await api.SendAsync(HttpMethod.Post, "/api/v1/collections", body, ("X-Api-Key", key));
        Assert.Equal(create, made.Status);
        if (create == HttpStatusCode.Forbidden)
        {
            made.Problem(create);
        }
    }

    [Fact]
    public async Task A_key_that_is_not_ours_is_401()
    {
        await using var api = await ApiHost.StartAsync("--VECTORDB_AUTH=apikey");

        var answer = await api.SendAsync(HttpMethod.Get, "/api/v1/collections", null, ("X-Api-Key", TestApiKey.Create("admin").Plain));

        Assert.Contains("not known", answer.Problem(HttpStatusCode.Unauthorized).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Every_call_of_the_API_says_which_scope_it_needs()
    {
        await using var api = await ApiHost.StartAsync();

        var calls = api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(static call => !Open.Any(open => call.RoutePattern.RawText!.StartsWith(open.TrimEnd('/'), StringComparison.Ordinal)) && !call.RoutePattern.RawText!.StartsWith("/openapi", StringComparison.Ordinal));

        Assert.All(calls, static call => Assert.True(call.Metadata.GetMetadata<RequiredScope>() is not null, call.RoutePattern.RawText));
    }

    [Fact]
    public void Outside_local_it_does_not_start_with_authentication_off() =>
        Assert.Contains("VECTORDB_AUTH", Assert.Throws<SettingsException>(static () => ApiApplication.Build(["--VECTORDB_ENVIRONMENT=production"])).Message);

    private static async Task<string> KeyAsync(ApiHost api, Scope scope)
    {
        var key = TestApiKey.CreateIn(api.SecretsFolder, scope.ToString().ToLowerInvariant());
        var ring = api.Services.GetRequiredService<ApiKeyRing>();
        await Eventually.TrueAsync(() => ring.Find(key) is not null, "the key is read");
        return key;
    }

    [Theory]
    [InlineData("evil.example", null, HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1.evil.example:80", null, HttpStatusCode.Forbidden)]
    [InlineData("localhost", null, HttpStatusCode.NotFound)]
    [InlineData("api.localhost:8080", null, HttpStatusCode.NotFound)]
    [InlineData("[::1]:8080", null, HttpStatusCode.NotFound)]
    [InlineData("10.1.2.3", null, HttpStatusCode.NotFound)]
    [InlineData("api:8080", null, HttpStatusCode.NotFound)]
    [InlineData("localhost:8080", "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("localhost:8080", "null", HttpStatusCode.Forbidden)]
    [InlineData("localhost:8080", "http://localhost:3000", HttpStatusCode.Forbidden)]
    [InlineData("localhost:8080", "http://localhost:8080", HttpStatusCode.NotFound)]
    [InlineData("localhost", "http://localhost:8080", HttpStatusCode.NotFound)]
    public async Task Without_keys_no_site_of_somebody_else_reaches_the_API_through_a_browser(string host, string? origin, HttpStatusCode expected)
    {
        await using var api = await ApiHost.StartAsync();
        (string, string)[] headers = origin is null ? [("Host", host)] : [("Host", host), ("Origin", origin)];

        var deleted = await api.SendAsync(HttpMethod.Delete, "/api/v1/collections/none", content: null, headers);

        Assert.Contains(expected == HttpStatusCode.NotFound ? "none" : "VECTORDB_AUTH", deleted.Problem(expected).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/api/v1/health/deep")]
    [InlineData("/metrics")]
    public async Task Probes_may_ask_by_any_name(string path)
    {
        await using var api = await ApiHost.StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await api.WellAsync(HttpMethod.Get, path, ("Host", "balancer.example"))).Status);
    }

    [Fact]
    public async Task With_keys_the_API_answers_to_any_name()
    {
        await using var api = await ApiHost.StartAsync("--VECTORDB_AUTH=apikey");

        (await api.SendAsync(HttpMethod.Get, "/api/v1/collections", content: null, ("Host", "api.example"))).Problem(HttpStatusCode.Unauthorized);
    }
}
