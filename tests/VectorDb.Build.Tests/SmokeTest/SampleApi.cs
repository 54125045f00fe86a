using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace VectorDb.Build.Tests.SmokeTest;

/// <summary>What a <see cref="SampleApi"/> does wrong.</summary>
public enum Fault
{
    None,
    WrongRelease,
    HealthIsNotJson,
    DependencyDown,
    CollectionRefused,
    WriteFails,
    RecordNeverFound,
    RecordStaysAfterDelete,
    UploadRefused,
    TaskNeverEnds,
    TaskFails,
    RowsMissing,
    DashboardBroken,
}

/// <summary>A small server of the API's contract, as far as the smoke test goes, that can misbehave in one way.</summary>
public sealed class SampleApi : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _collections = new(StringComparer.Ordinal);
    private readonly WebApplication _app;

    private SampleApi(WebApplication app) => _app = app;

    public Fault Fault { get; set; }

    /// <summary>What the health says.</summary>
    public Func<string> Release { get; set; } = () => "000000000001";

    public Uri Url => new(_app.Urls.First());

    public ICollection<string> Collections => _collections.Keys;

    public string? Authorization { get; private set; }

    public string? UserAgent { get; private set; }

    public static async Task<SampleApi> StartAsync(Fault fault = Fault.None)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var api = new SampleApi(app) { Fault = fault };
        app.Run(api.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return api;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        Authorization = context.Request.Headers.Authorization;
        UserAgent = context.Request.Headers.UserAgent;
        var (status, body) = Answer(context.Request.Method, context.Request.Path.Value!.Trim('/').Split('/'), await BodyAsync(context.Request));
        context.Response.StatusCode = status;
        if (body is string text)
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(text, context.RequestAborted);
        }
        else if (body is not null)
        {
            await context.Response.WriteAsJsonAsync(body, context.RequestAborted);
        }
    }

    private (int Status, object? Body) Answer(string method, string[] path, JsonNode? body) => (method, path) switch
    {
        ("GET", ["api", "v1", "health"]) when Fault == Fault.HealthIsNotJson => (200, "<html>"),
        ("GET", ["api", "v1", "health"]) => (200, new { status = "ok", release = Fault == Fault.WrongRelease ? "00000000beef" : Release() }),
        ("GET", ["api", "v1", "health", "deep"]) => Fault == Fault.DependencyDown ? (503, Problem("the queue is away")) : (200, new { status = "ok" }),
        ("POST", ["api", "v1", "collections"]) when Fault == Fault.CollectionRefused => (409, Problem("the name is taken")),
        ("POST", ["api", "v1", "collections"]) => Made((string)body!["name"]!),
        ("PUT", [.., "records"]) => Fault == Fault.WriteFails ? (500, Problem("disk full")) : Written((string)body!["records"]![0]!["id"]!, (string)body["records"]![0]!["text"]!),
        ("POST", [.., "search"]) => (200, Found((string)body!["text"]!)),
        ("DELETE", [.., "records", var id]) => Removed(id),
        ("GET", [.., "records", var id]) => (_texts.ContainsKey(id) ? 200 : 404, new { id }),
        ("POST", [.., "uploads"]) => Uploaded(),
        ("GET", ["api", "v1", "tasks", "t1"]) => (200, new { taskId = "t1", state = Fault switch { Fault.TaskNeverEnds => "processing", Fault.TaskFails => "failed", _ => "completed" } }),
        ("GET", ["dashboard", ..]) => (Fault == Fault.DashboardBroken ? 502 : 302, null),
        ("DELETE", ["api", "v1", "collections", var name]) => (_collections.TryRemove(name, out _) ? 204 : 404, null),
        _ => (404, Problem("no such route")),
    };

    private (int, object) Made(string name)
    {
        _collections[name] = 0;
        return (201, new { name });
    }

    private (int, object) Written(string id, string text)
    {
        _texts[id] = text;
        return (200, new { count = 1 });
    }

    private (int, object?) Removed(string id)
    {
        if (Fault != Fault.RecordStaysAfterDelete)
        {
            _texts.TryRemove(id, out _);
        }

        return (204, null);
    }

    private (int, object) Uploaded()
    {
        if (Fault == Fault.UploadRefused)
        {
            return (415, Problem("no such format"));
        }

        if (Fault != Fault.RowsMissing)
        {
            _texts["1"] = "the lighthouse keeper";
        }

        return (202, new { taskId = "t1" });
    }

    private object Found(string text) => new
    {
        results = _texts.Where(record => record.Value == text && Fault != Fault.RecordNeverFound).Select(record => new { id = record.Key, score = 1.0 }),
    };

    private static object Problem(string detail) => new { title = "Problem", detail };

    private static async Task<JsonNode?> BodyAsync(HttpRequest request) =>
        request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true
            ? await JsonNode.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted)
            : null;
}
