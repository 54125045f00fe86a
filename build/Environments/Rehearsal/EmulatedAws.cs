using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Environments.Rehearsal;

/// <summary>What a start of the emulator decides.</summary>
/// <param name="TimeScale">How much faster than AWS its waits pass.</param>
internal sealed record EmulatorOptions(double TimeScale)
{
    /// <summary>Address that it listens on.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Whether a registered target is healthy only once somebody has probed it and says so.</summary>
    public bool TargetsAreProbed { get; init; }

    /// <summary>What every load balancer says is its DNS name; null leaves the name that AWS would give.</summary>
    public string? BalancerAddress { get; init; }
}

/// <summary>
/// An AWS of a rehearsal's own: <c>moto</c> and the extension beside this file, on this machine. It lives in memory and ends with
/// whoever started it. <c>docs/emulator.md</c> lists how it differs from AWS.
/// </summary>
internal sealed class EmulatedAws : IAsyncDisposable
{
    public const string Region = "us-east-1";
    public const string Account = "123456789012";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private const string Announcement = "emulated AWS at ";

    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly ConcurrentQueue<string> _said;
    private Task _server = Task.CompletedTask;

    private EmulatedAws(ConcurrentQueue<string> said) => _said = said;

    public Uri Endpoint => _http.BaseAddress!;

    /// <summary>What it printed: its start, and each fault of its own with the trace.</summary>
    public IReadOnlyCollection<string> Said => _said;

    /// <param name="commands">Runs the emulator.</param>
    /// <param name="repositoryRoot">Where its program is.</param>
    /// <param name="options">Where it listens, and how fast its time is.</param>
    /// <param name="time">Paces the wait for its first answer.</param>
    /// <param name="cancellation">Ends the start alone: a run that is stopped may still have calls to make.</param>
    /// <exception cref="CommandFailedException">Python or moto is missing, or the emulator does not answer.</exception>
    public static async Task<EmulatedAws> StartAsync(
        CommandRunner commands, string repositoryRoot, EmulatorOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var program = Path.Combine(repositoryRoot, "build", "Environments", "Rehearsal", "emulator");
        var said = new ConcurrentQueue<string>();
        var serving = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        string[] balancer = options.BalancerAddress is { } address ? ["--balancer-address", address] : [];
        var command = new Command(
            "python3",
            [
                program, "--host", options.Host, "--port", "0", "--time-scale", $"{options.TimeScale}",
                "--target-health", options.TargetsAreProbed ? "probed" : "auto", "--supervised", .. balancer,
            ])
        {
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["PYTHONDONTWRITEBYTECODE"] = "1" },
            OnLine = line =>
            {
                said.Enqueue(line);
                if (line.StartsWith(Announcement, StringComparison.Ordinal))
                {
                    serving.TrySetResult(new Uri(line[Announcement.Length..]));
                }
            },
        };
        var emulated = new EmulatedAws(said);
        emulated._server = commands.RunAsync(command, emulated._stop.Token);
        try
        {
            emulated._http.BaseAddress = await emulated.EndpointAsync(serving.Task, time, cancellation);
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

    /// <returns>Every call since its start, those alike as one.</returns>
    public async Task<IReadOnlyList<RecordedCall>> CallsAsync(CancellationToken cancellation) =>
        (await ControlAsync(HttpMethod.Get, "calls", null, cancellation)).Deserialize<List<RecordedCall>>(JsonSerializerOptions.Web)!;

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

    /// <summary>It listens before it says where, on a port that nobody else can have chosen.</summary>
    private async Task<Uri> EndpointAsync(Task<Uri> serving, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            if (await Task.WhenAny(serving, _server).WaitAsync(StartLimit, time, cancellation) == _server)
            {
                await _server;
                throw new InvalidOperationException("The emulated AWS ended before it served.");
            }

            return await serving;
        }
        catch (TimeoutException late)
        {
            throw new InvalidOperationException($"The emulated AWS did not serve within {StartLimit.TotalSeconds:0} s.", late);
        }
    }
}
