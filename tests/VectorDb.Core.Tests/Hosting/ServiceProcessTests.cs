using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using VectorDb.Core.Configuration;
using VectorDb.Core.Health;
using VectorDb.Core.Hosting;

namespace VectorDb.Core.Tests.Hosting;

public sealed class ServiceProcessTests
{
    [Fact]
    public async Task Health_names_service_release_and_dependencies_and_stays_200_in_an_outage()
    {
        await using var app = await StartAsync(needed: true, up: false, "--VECTORDB_RELEASE=abc123", "--VECTORDB_COMMIT=def456");
        using var http = new HttpClient();

        var body = await http.GetStringAsync(new Uri(Url(app) + "/health"), TestContext.Current.CancellationToken);
        using var deep = await http.GetAsync(new Uri(Url(app) + "/health/deep"), TestContext.Current.CancellationToken);

        var health = JsonDocument.Parse(body).RootElement;
        Assert.Equal("ok", health.GetProperty("status").GetString());
        Assert.Equal("trial", health.GetProperty("service").GetString());
        Assert.Equal("abc123", health.GetProperty("release").GetString());
        Assert.Equal("def456", health.GetProperty("commit").GetString());
        Assert.Equal("store", health.GetProperty("dependencies")[0].GetProperty("name").GetString());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, deep.StatusCode);
    }

    [Theory]
    [InlineData(true, true, HttpStatusCode.OK)]
    [InlineData(false, false, HttpStatusCode.OK)]
    public async Task Deep_health_is_200_unless_a_needed_dependency_is_away(bool needed, bool up, HttpStatusCode expected)
    {
        await using var app = await StartAsync(needed, up);
        using var http = new HttpClient();

        using var deep = await http.GetAsync(new Uri(Url(app) + "/health/deep"), TestContext.Current.CancellationToken);

        Assert.Equal(expected, deep.StatusCode);
    }

    [Theory]
    [InlineData("abc-123", true)]
    [InlineData("with space", false)]
    public async Task A_request_id_is_taken_over_when_it_is_harmless_and_always_returned(string id, bool taken)
    {
        await using var app = await StartAsync(needed: false, up: true);
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-Request-Id", id);

        using var answer = await http.GetAsync(new Uri(Url(app) + "/health"), TestContext.Current.CancellationToken);

        Assert.Equal(taken, answer.Headers.GetValues("X-Request-Id").Single() == id);
    }

    [Fact]
    public async Task Probe_is_0_for_a_healthy_service_and_1_for_a_missing_one()
    {
        await using var app = await StartAsync(needed: false, up: true);

        Assert.Equal(0, await Probe.RunAsync(Url(app) + "/health", TestContext.Current.CancellationToken));
        Assert.Equal(1, await Probe.RunAsync($"http://127.0.0.1:{FreePort.Next()}/health", TestContext.Current.CancellationToken));
        Assert.Equal(1, await Probe.RunAsync(Url(app) + "/nothing", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(null, "http://localhost:5000/health")]
    [InlineData("http://*:8080", "http://localhost:8080/health")]
    [InlineData("http://0.0.0.0:8080;http://[::]:8081", "http://localhost:8080/health")]
    [InlineData("http://127.0.0.1:9/", "http://127.0.0.1:9/health")]
    public void Probe_without_a_url_asks_the_address_the_service_listens_on(string? addresses, string expected) =>
        Assert.Equal(expected, Probe.DefaultUrl(addresses));

    [Fact]
    public void A_file_in_the_secrets_directory_sets_the_setting_it_is_named_after()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("VECTORDB_REDIS_PASSWORD"), "correct horse\n");

        var (_, settings) = ServiceProcess.CreateBuilder("trial", [$"--VECTORDB_SECRETS_DIRECTORY={folder.Path}"]);

        Assert.Equal("correct horse", settings.Get(Settings.RedisPassword));
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_used_ends_the_process_with_78()
    {
        var code = await ServiceProcess.RunAsync(["--VECTORDB_STORE=oracle"], static args => ServiceProcess.CreateBuilder("trial", args).Builder.Build());

        Assert.Equal(78, code);
    }

    private static async Task<WebApplication> StartAsync(bool needed, bool up, params string[] args)
    {
        var (builder, _) = ServiceProcess.CreateBuilder("trial", ["--urls=http://127.0.0.1:0", .. args]);
        builder.Services.AddDependency("store", needed, (_, _) => up ? Task.CompletedTask : throw new IOException("away"));
        var app = builder.Build();
        app.UseService();
        app.MapHealth();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static string Url(WebApplication app) => app.Urls.First();
}
