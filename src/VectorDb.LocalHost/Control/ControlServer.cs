using System.Text.Json;
using System.Text.Json.Serialization;
using VectorDb.LocalHost.Platform;
using VectorDb.LocalHost.Releases;

namespace VectorDb.LocalHost.Control;

/// <summary>The commands to the host: HTTP over a Unix socket that only its owner can open.</summary>
internal sealed class ControlServer : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);

    private readonly ListenSocket _socket;
    private readonly WebApplication _server;

    public ControlServer(ListenSocket socket, StatusReport status, ReleaseSet releases, IHostCommands commands, ILoggerFactory logs)
    {
        _socket = socket;
        var builder = SocketServer.CreateBuilder(socket, logs, static (_, _) => { });
        builder.Services.ConfigureHttpJsonOptions(static options =>
            options.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase)));
        _server = builder.Build();
        _server.Use(AnswerRefusalsAsync);
        _server.MapGet("/status", status.Now);
        Map(_server.MapGroup("/releases/{id}"), releases, commands);
        _server.MapPost("/upgrade", async (UpgradeCommand command, CancellationToken cancelled) =>
        {
            await commands.UpgradeAsync(command, cancelled);
            return Results.Ok();
        });
        _server.MapPost("/stop", (bool? forget) =>
        {
            commands.Stop(forget is true);
            return Results.Accepted();
        });
    }

    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(cancellationToken);

    /// <summary>Finishes what it is answering; new commands go to the host that shares the socket.</summary>
    public Task StopAcceptingAsync() => _server.Services.GetRequiredService<AcceptControl>().StopAcceptingAsync();

    public async Task StopAsync()
    {
        using var limit = new CancellationTokenSource(StopLimit);
        await _server.StopAsync(limit.Token);
        _socket.Dispose();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static void Map(RouteGroupBuilder group, ReleaseSet releases, IHostCommands commands)
    {
        group.AddEndpointFilter(async (context, next) =>
        {
            commands.RefuseWhileLeaving();
            return await next(context);
        });
        group.MapPost("/start", async (string id, StartCommand command, CancellationToken cancelled) =>
        {
            await releases.StartAsync(new ReleaseDefinition(id, command.Directory, command.Environment ?? new Dictionary<string, string>(StringComparer.Ordinal)), cancelled);
            return Results.Ok();
        });
        group.MapPost("/activate", (string id) => new Activated(releases.Activate(id)));

        // With wait=false the requests in flight and the services end after the answer.
        group.MapPost("/retire", async (string id, bool? wait, bool? standby) =>
        {
            var retired = releases.RetireAsync(id, standby is true);
            if (wait is false)
            {
                return Results.Accepted();
            }

            await retired;
            return Results.Ok();
        });
    }

    private static async Task AnswerRefusalsAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (ControlException refusal)
        {
            var extensions = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["service"] = refusal.Service,
                ["reason"] = refusal.Message,
                ["log"] = refusal.Log,
            };
            await TypedResults.Problem(refusal.Message, statusCode: refusal.Status, extensions: extensions).ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked has gone.
        }
    }
}
