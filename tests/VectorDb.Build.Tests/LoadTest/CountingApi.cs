using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace VectorDb.Build.Tests.LoadTest;

/// <summary>A server that counts what it is asked, by method and path, and answers as the test says.</summary>
public sealed class CountingApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, int> _requests = new(StringComparer.Ordinal);

    private CountingApi(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.First());

    /// <summary>By method and the last part of the path: <c>POST search</c>.</summary>
    public IReadOnlyDictionary<string, int> Requests => _requests;

    public ConcurrentDictionary<string, byte> Collections { get; } = new(StringComparer.Ordinal);

    public ConcurrentBag<string> Keys { get; } = [];

    public ConcurrentBag<string> Agents { get; } = [];

    /// <summary>The status of an answer; may take its time.</summary>
    public Func<string, Task<int>> Answer { get; set; } = static _ => Task.FromResult(200);

    public static async Task<CountingApi> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var api = new CountingApi(app);
        app.Run(api.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return api;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var parts = context.Request.Path.Value!.Split('/');
        Keys.Add(context.Request.Headers.Authorization.ToString());
        Agents.Add(context.Request.Headers.UserAgent.ToString());
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        switch (context.Request.Method, parts[^1])
        {
            case ("POST", "collections"):
                Collections[System.Text.Json.JsonDocument.Parse(body).RootElement.GetProperty("name").GetString()!] = 0;
                context.Response.StatusCode = 201;
                return;
            case ("DELETE", var name):
                context.Response.StatusCode = Collections.TryRemove(name, out _) ? 204 : 404;
                return;
            case ("PUT", _) when body.Contains("\"r1\"", StringComparison.Ordinal) && body.Contains("\"r2\"", StringComparison.Ordinal):
                // The records that it starts with.
                return;
        }

        var request = $"{context.Request.Method} {parts[^1]}";
        _requests.AddOrUpdate(request, 1, static (_, count) => count + 1);
        context.Response.StatusCode = await Answer(request);
        await context.Response.WriteAsync("{}", context.RequestAborted);
    }
}
