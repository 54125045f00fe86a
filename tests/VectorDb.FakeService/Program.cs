using Microsoft.AspNetCore.Http.Features;
using VectorDb.FakeService;

// A service as the local host starts it, with misbehaviour on demand: FAKE_<NAME OF ITS FOLDER>=exit|sick|deaf.
var folder = Path.GetFileName(Environment.CurrentDirectory);
var mood = Environment.GetEnvironmentVariable($"FAKE_{folder.ToUpperInvariant()}");
if (FakeSuccessor.IsWanted)
{
    return await FakeSuccessor.PlayAsync();
}

if (mood == "exit")
{
    Console.WriteLine("starting");
    Console.WriteLine("cannot go on");
    return 3;
}

var release = mood == "sick" ? "another" : Environment.GetEnvironmentVariable("VECTORDB_RELEASE");
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(static kestrel =>
{
    kestrel.Limits.MaxRequestBodySize = null;
    kestrel.Limits.MinRequestBodyDataRate = null;
});
var app = builder.Build();
app.MapGet("/health", () => new { status = "ok", service = folder, release });
app.MapGet("/environment/{name}", static (string name) => Environment.GetEnvironmentVariable(name) ?? "");
app.MapGet("/forwarded", static (HttpRequest request) => $"{request.Headers["X-Forwarded-For"]} {request.Headers["X-Forwarded-Proto"]} {request.Headers["X-Forwarded-Host"]} {request.Host}");
app.MapGet("/target/{**rest}", static (HttpContext context) => context.Features.Get<IHttpRequestFeature>()!.RawTarget);
app.MapGet("/slow/{milliseconds:int}", async (int milliseconds, CancellationToken cancelled) =>
{
    await Task.Delay(milliseconds, cancelled);
    return release;
});
app.MapGet("/events", static async (HttpResponse response, CancellationToken cancelled) =>
{
    response.ContentType = "text/event-stream";
    await response.WriteAsync("data: first\n\n", cancelled);
    await response.Body.FlushAsync(cancelled);
    await Task.Delay(Timeout.Infinite, cancelled);
});
app.MapPost("/upload", static async (HttpRequest request, CancellationToken cancelled) =>
{
    var buffer = new byte[64 << 10];
    long total = 0;
    while (await request.Body.ReadAsync(buffer, cancelled) is > 0 and var read)
    {
        total += read;
    }

    return total;
});
app.MapPost("/print/{line}", static (string line) => Console.WriteLine(line));
app.MapPost("/exit/{code:int}", static (int code) => Environment.Exit(code));
app.MapFallback(() => $"{folder} {release}");
if (Environment.GetEnvironmentVariable("VECTORDB_SUPERVISED") == "1" && mood != "deaf")
{
    _ = Task.Run(async () =>
    {
        await Console.In.ReadToEndAsync();
        app.Lifetime.StopApplication();
    });
}

Console.WriteLine("serving");
await app.RunAsync();
return 0;
