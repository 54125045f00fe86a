using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace VectorDb.Build.Tests.Nginx;

/// <summary>A small application behind the proxy, API and dashboard in one, that tells what reaches it.</summary>
internal sealed class Backend : IAsyncDisposable
{
    /// <summary>Bytes of the longest answer: more than sockets and buffers on the way hold.</summary>
    public const int Long = 64 * LongPiece;

    /// <summary>What has not come then never does.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const int LongPiece = 1024 * 1024;

    private readonly Channel<int> _pieces = Channel.CreateUnbounded<int>();
    private readonly WebApplication _app;

    private Backend(WebApplication app) => _app = app;

    public string Address => new Uri(_app.Urls.First()).Authority;

    /// <summary>Requests by path.</summary>
    public ConcurrentDictionary<string, int> Requests { get; } = [];

    public ConcurrentBag<string> Connections { get; } = [];

    /// <summary>What its health check answers.</summary>
    public HttpStatusCode Health { get; set; } = HttpStatusCode.OK;

    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<Backend> StartAsync(string host = "127.0.0.1", int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://{host}:{port}");
        builder.WebHost.ConfigureKestrel(options => options.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var backend = new Backend(app);
        app.Use((context, next) =>
        {
            backend.Requests.AddOrUpdate(context.Request.Path, 1, (_, count) => count + 1);
            backend.Connections.Add(context.Connection.Id);
            return next(context);
        });
        app.MapGet("/echo", (HttpRequest request) => request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString()));
        app.MapGet("/big", () => Results.Text(new string('x', 100_000), "application/json"));
        app.MapGet("/long", async (HttpResponse response) =>
        {
            for (var sent = 0; sent < Long; sent += LongPiece)
            {
                await response.Body.WriteAsync(new byte[LongPiece]);
            }
        });
        app.MapGet("/framed", (HttpResponse response) =>
        {
            response.Headers.XFrameOptions = "SAMEORIGIN";
            return "ok";
        });
        app.MapGet("/slow", () => backend.Release.Task);
        app.MapGet("/api/v1/health", () => Results.Text("ok", statusCode: (int)backend.Health));
        app.MapGet("/metrics", () => "secret");
        app.MapGet("/docs/page.js", (HttpRequest request) =>
        {
            request.HttpContext.Response.Headers.Vary = "Accept-Encoding";
            return Results.Text($"script {request.QueryString}", "text/javascript");
        });
        app.MapPost("/docs", backend.TakeAsync);
        app.MapPost("/echo", backend.TakeAsync);
        app.MapPost("/api/v1/collections/{name}/search", backend.TakeAsync);
        app.MapPost("/api/v1/collections/{name}/uploads", backend.TakeAsync);
        app.MapPut("/api/v1/collections/{name}/records", backend.TakeAsync);
        app.MapPut("/api/v1/collections/{name}/closed", () => Results.Unauthorized());
        app.MapPost("/dashboard/login", backend.TakeAsync);
        app.MapGet("/dashboard/session", (HttpRequest request) =>
            request.Headers.Cookie.ToString().Contains("session=ok") ? Results.NoContent() : Results.Unauthorized());
        app.MapGet("/dashboard/{**page}", (string? page, HttpResponse response) =>
        {
            response.Headers.CacheControl = page?.StartsWith("assets/") == true ? "public, max-age=31536000, immutable" : "no-store";
            return $"page {page}";
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return backend;
    }

    /// <returns>Bytes of the next piece of a body as it arrives.</returns>
    public async Task<int> NextPieceAsync(CancellationToken cancellationToken) =>
        await _pieces.Reader.ReadAsync(cancellationToken).AsTask().WaitAsync(Patience, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        Release.TrySetResult();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpRequest request)
    {
        var buffer = new byte[64 * 1024];
        while (await request.Body.ReadAsync(buffer) is > 0 and var count)
        {
            await _pieces.Writer.WriteAsync(count);
        }

        _pieces.Writer.Complete();
    }
}
