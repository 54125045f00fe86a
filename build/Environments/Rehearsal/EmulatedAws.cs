using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Environments.Rehearsal;

/// <summary>
/// An AWS of a rehearsal's own: <c>moto</c> and the extension beside this file, on loopback. It lives in memory and ends with
/// whoever started it. <c>docs/emulator.md</c> lists how it differs from AWS.
/// </summary>
internal sealed class EmulatedAws : IAsyncDisposable
{
    public const string Region = "us-east-1";
    public const string Account = "123456789012";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop;
    private readonly HttpClient _http;
    private readonly Task _server;

    private EmulatedAws(CancellationTokenSource stop, HttpClient http, Task server, Uri endpoint)
    {
        (_stop, _http, _server, Endpoint) = (stop, http, server, endpoint);
    }

    public Uri Endpoint { get; }

    /// <param name="commands">Runs the emulator.</param>
    /// <param name="repositoryRoot">Where its program is.</param>
    /// <param name="timeScale">How much faster than AWS its waits pass.</param>
    /// <param name="time">Paces the wait for its first answer.</param>
    /// <param name="cancellation">Ends the start; and the emulator with it.</param>
    /// <exception cref="CommandFailedException">Python or moto is missing, or the emulator does not answer.</exception>
    public static async Task<EmulatedAws> StartAsync(
        CommandRunner commands, string repositoryRoot, double timeScale, TimeProvider time, CancellationToken cancellation)
    {
        var endpoint = new Uri($"http://127.0.0.1:{FreePort()}/");
        var program = Path.Combine(repositoryRoot, "build", "Environments", "Rehearsal", "emulator");
        var command = new Command("python3", program, "--port", $"{endpoint.Port}", "--time-scale", $"{timeScale}", "--supervised")
        {
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["PYTHONDONTWRITEBYTECODE"] = "1" },
        };
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = endpoint };
        var emulated = new EmulatedAws(stop, http, commands.RunAsync(command, stop.Token), endpoint);
        try
        {
            await emulated.AnswersAsync(time, cancellation);
            return emulated;
        }
        catch
        {
            await emulated.DisposeAsync();
            throw;
        }
    }

    /// <summary>A call of the control API (<c>control.py</c> lists them).</summary>
    /// <param name="method">GET, PUT, POST or DELETE.</param>
    /// <param name="path">Below <c>/moto-api/vectordb/</c>.</param>
    /// <param name="body">Written as JSON; null for none.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task<JsonElement> ControlAsync(HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, $"moto-api/vectordb/{path}") { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await _http.SendAsync(request, cancellation);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _server;
        }
        catch (Exception ended) when (ended is OperationCanceledException or CommandFailedException)
        {
            // It has no other end than this one, or it has said why in StartAsync.
        }

        _http.Dispose();
        _stop.Dispose();
    }

    private async Task AnswersAsync(TimeProvider time, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        while (!_server.IsCompleted && time.GetElapsedTime(start) < StartLimit)
        {
            try
            {
                await ControlAsync(HttpMethod.Get, "settings", null, cancellation);
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(Pause, time, cancellation);
            }
        }

        if (_server.IsCompleted)
        {
            await _server;
        }

        throw new InvalidOperationException($"The emulated AWS did not answer within {StartLimit.TotalSeconds:0} s.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
