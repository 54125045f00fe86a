using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace VectorDb.Build.Tests.Environments;

/// <summary>The control socket of a resident host that runs nothing: it notes what it is told.</summary>
internal sealed class FakeHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeHost(WebApplication app) => _app = app;

    public List<string> Told { get; } = [];

    public string? Active { get; set; }

    public List<string> Running { get; } = [];

    /// <summary>Of each release that runs.</summary>
    public string State { get; set; } = "healthy";

    public bool Stopping { get; set; }

    /// <summary>Refuses every start with problem details.</summary>
    public bool Refuses { get; set; }

    /// <param name="socketPath">May be longer than a socket's address can be.</param>
    public static async Task<FakeHost> StartAsync(string socketPath)
    {
        var folder = Directory.CreateDirectory(Path.GetDirectoryName(socketPath)!);
        var link = Path.Combine(Path.GetTempPath(), $"vdb-{Guid.NewGuid():N}"[..12]);
        Directory.CreateSymbolicLink(link, folder.FullName);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Path.Combine(link, Path.GetFileName(socketPath))));
        var host = new FakeHost(builder.Build());
        host._app.MapGet("/status", () => new
        {
            host = new { pid = 1, content = "feedfacecafe", port = 18099, startedAt = DateTimeOffset.UnixEpoch },
            active = host.Active,
            releases = host.Running.Select(id => new { id, state = host.State, services = new[] { new { name = "api", pid = 5, health = "healthy", restarts = 0, memoryBytes = 1 } } }),
            queue = new { pid = 1, health = "healthy", port = 1 },
            stopping = host.Stopping,
        });
        host._app.MapPost("/{**command}", host.Answer);
        await host._app.StartAsync(TestContext.Current.CancellationToken);
        Directory.Delete(link);
        return host;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IResult Answer(HttpContext context)
    {
        Told.Add($"{context.Request.Path}{context.Request.QueryString}");
        return Refuses
            ? Results.Problem("no", statusCode: 409, extensions: new Dictionary<string, object?> { ["service"] = "api", ["reason"] = "api ended with exit code 1", ["log"] = new[] { "boom" } })
            : Results.Ok(new { previous = Active });
    }
}
