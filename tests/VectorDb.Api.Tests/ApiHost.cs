using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace VectorDb.Api.Tests;

/// <summary>The whole API on a port of its own, over real parts in a folder of its own.</summary>
public sealed class ApiHost : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _secrets = new();
    private readonly string[] _args;
    private readonly Action<IServiceCollection> _configure;
    private WebApplication? _app;

    public ApiHost()
        : this([])
    {
    }

    private ApiHost(string[] args, Action<IServiceCollection>? configure = null)
    {
        _args = args;
        _configure = configure ?? (static _ => { });
    }

    public HttpClient Http { get; } = new();

    public IServiceProvider Services => _app!.Services;

    public string DataFolder => _folder.Path;

    public string SecretsFolder => _secrets.Path;

    public static async Task<ApiHost> StartAsync(params string[] args)
    {
        var host = new ApiHost(args);
        await host.InitializeAsync();
        return host;
    }

    public static async Task<ApiHost> StartAsync(Action<IServiceCollection> configure, params string[] args)
    {
        var host = new ApiHost(args, configure);
        await host.InitializeAsync();
        return host;
    }

    public async ValueTask InitializeAsync()
    {
        string[] settings = [$"--VECTORDB_DATA={_folder.Path}", $"--VECTORDB_SECRETS_DIRECTORY={_secrets.Path}", "--VECTORDB_EMBEDDER_DIMENSION=64"];
        _app = ApiApplication.Build(["--urls=http://127.0.0.1:0", .. settings, .. _args], _configure);
        await _app.StartAsync(TestContext.Current.CancellationToken);
        Http.BaseAddress = new Uri(_app.Urls.First());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app!.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _folder.Dispose();
        _secrets.Dispose();
    }

    /// <summary>Makes a collection with a name of its own.</summary>
    public async Task<string> CollectionAsync(int? dimension = null, string metric = "cosine")
    {
        var name = "c" + Guid.NewGuid().ToString("N");
        var answer = await SendAsync(HttpMethod.Post, "/api/v1/collections", JsonSerializer.Serialize(new { name, dimension, metric }));
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        return name;
    }

    /// <summary>A dependency that a busy machine keeps from answering within its two seconds is asked again.</summary>
    public Task<Answer> WellAsync(HttpMethod method, string path, params (string Name, string Value)[] headers) => Eventually.ReturnsAsync(
        () => SendAsync(method, path, content: null, headers), static answer => answer.Status != HttpStatusCode.ServiceUnavailable, $"{path} is well");

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, (string?)null);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, (string?)null);

    public Task<Answer> PutAsync(string path, string json) => SendAsync(HttpMethod.Put, path, json);

    public Task<Answer> PostAsync(string path, string json = "") => SendAsync(HttpMethod.Post, path, json);

    public Task<Answer> SendAsync(HttpMethod method, string path, string? json) =>
        SendAsync(method, path, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"));

    public Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers) =>
        SendAsync(method, new Uri(path, UriKind.Relative), content, headers);

    /// <summary>Sends the target letter by letter, where a client would tidy up its dots first.</summary>
    public Task<Answer> SendAsItIsAsync(HttpMethod method, string target) => SendAsync(
        method,
        new Uri(Http.BaseAddress!.GetLeftPart(UriPartial.Authority) + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }),
        content: null);

    private async Task<Answer> SendAsync(HttpMethod method, Uri address, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, address) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer(response.StatusCode, body, response.Headers, response.Content.Headers.ContentType?.MediaType) { Allow = [.. response.Content.Headers.Allow] };
    }
}

public sealed record Answer(HttpStatusCode Status, string Body, HttpResponseHeaders Headers, string? ContentType)
{
    /// <summary>The methods that a 405 lists.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>Checks that this is a problem of that status, in the form that RFC 9457 gives it.</summary>
    public JsonElement Problem(HttpStatusCode status)
    {
        Assert.True(status == Status, $"expected {status}, got {Status}: {Body}");
        Assert.Equal("application/problem+json", ContentType);
        Assert.Equal((int)status, Json.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrEmpty(Json.GetProperty("title").GetString()));
        Assert.Equal(Headers.GetValues("X-Request-Id").Single(), Json.GetProperty("requestId").GetString());
        return Json;
    }

    /// <summary>Checks that this is a 400 that names the field.</summary>
    public string Invalid(string field)
    {
        var errors = Problem(HttpStatusCode.BadRequest).GetProperty("errors");
        Assert.True(errors.TryGetProperty(field, out var what), $"no error for '{field}' in {Body}");
        return what[0].GetString()!;
    }
}
