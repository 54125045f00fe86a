using System.Diagnostics.CodeAnalysis;

namespace VectorDb.LocalHost.Supervision;

internal enum ServiceHealth
{
    Starting,
    Healthy,
    Unhealthy,
    Stopped,
}

/// <summary>What a service is started from.</summary>
/// <param name="Name">api, worker or dashboard.</param>
/// <param name="Environment">Without what only a run knows: its port.</param>
internal sealed record ServiceDefinition(string Name, string Release, string Assembly, IReadOnlyDictionary<string, string> Environment);

/// <summary>What it needs of the host.</summary>
internal sealed record SupervisionContext(HealthProbe Health, ProcessRegister Register, Action<string, string> Log, TimeProvider Time);

/// <summary>
/// Keeps one service running: starts it, watches its health, starts it again when it ends or hangs, until it is stopped.
/// </summary>
internal sealed class SupervisedService(ServiceDefinition definition, SupervisionContext context) : IAsyncDisposable
{
    private static readonly TimeSpan StartPoll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    // Two probes in a row: a busy machine may keep one waiting for its two seconds.
    private static readonly TimeSpan UnhealthyAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HungAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HungAtStartAfter = TimeSpan.FromMinutes(2);

    private readonly RestartBackoff _backoff = new(Random.Shared.NextDouble);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<string?> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LoopbackPort? _port;
    private ServiceProcess? _process;
    private Task? _supervision;

    public ServiceEndpoint Endpoint { get; } = new();

    public string Name => definition.Name;

    public ServiceHealth Health { get; private set; } = ServiceHealth.Stopped;

    public int Port => _port?.Number ?? 0;

    public int Restarts { get; private set; }

    public bool IsCrashLoop => _backoff.IsCrashLoop;

    /// <summary>Why it is not healthy.</summary>
    public string? Trouble { get; private set; }

    public int? Pid => _process is { HasExited: false } process ? process.Pid : null;

    public long MemoryBytes => _process?.MemoryBytes ?? 0;

    public IReadOnlyList<string> Tail => _process?.Tail ?? [];

    /// <summary>Completes when it is healthy for the first time (null), or when its first run ended before that (the reason).</summary>
    public Task<string?> Started => _started.Task;

    /// <summary>One that was started already stays as it is.</summary>
    public void Start() => _supervision ??= Task.Run(() => SuperviseAsync(_stop.Token));

    /// <summary>Ends it for good.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        await _stop.CancelAsync();
        await (_supervision ?? Task.CompletedTask);
        if (_process is { } process)
        {
            await process.StopAsync(grace, CancellationToken.None);
        }

        Endpoint.Close();
        Health = ServiceHealth.Stopped;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        if (_process is { } process)
        {
            await process.DisposeAsync();
        }

        _port?.Dispose();
        _stop.Dispose();
    }

    [SuppressMessage("Design", "CA1031", Justification = "A service that cannot be started is retried like one that ends.")]
    private async Task SuperviseAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var startedAt = context.Time.GetTimestamp();
            try
            {
                await RunAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                Trouble = exception.Message;
            }

            Endpoint.Close();
            Health = ServiceHealth.Unhealthy;
            if (!_started.Task.IsCompleted && _port is { IsFree: false })
            {
                Note($"port {Port} was taken by another program: trying the next");
                continue;
            }

            if (_process is { HasExited: true } ended)
            {
                await ended.WaitForOutputAsync();
            }

            _started.TrySetResult(Trouble);
            var wait = _backoff.Next(context.Time.GetElapsedTime(startedAt));
            Note($"{Trouble}; starting again in {wait.TotalMilliseconds:0} ms");
            await Task.Delay(wait, context.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Restarts++;
        }
    }

    private async Task RunAsync(CancellationToken stop)
    {
        if (_process is { } last)
        {
            await last.DisposeAsync();
        }

        _port?.Dispose();
        _port = LoopbackPort.Reserve();
        Health = ServiceHealth.Starting;
        Trouble = "starting";
        var environment = new Dictionary<string, string>(definition.Environment, StringComparer.Ordinal)
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{Port}",
        };
        var process = _process = ServiceProcess.Start(definition.Assembly, environment, context.Register, line => context.Log(Name, $"{definition.Release} {line}"));
        Note($"started as process {process.Pid} on port {Port}");
        await WatchAsync(process, stop);
        Trouble = process.HasExited ? $"ended with exit code {process.ExitCode}" : $"hung ({Trouble})";
    }

    /// <summary>Returns when the process has ended, or has not been healthy for too long.</summary>
    private async Task WatchAsync(ServiceProcess process, CancellationToken stop)
    {
        var exit = process.WaitForExitAsync(stop);
        var lastHealthy = context.Time.GetTimestamp();
        while (!process.HasExited)
        {
            var trouble = await context.Health.AskAsync(Port, definition.Release, stop);
            var wasStarting = Health == ServiceHealth.Starting;
            if (trouble is null)
            {
                lastHealthy = context.Time.GetTimestamp();
                Trouble = null;
                Health = ServiceHealth.Healthy;
                if (wasStarting)
                {
                    Endpoint.Open(Port);
                    _started.TrySetResult(null);
                }
            }
            else
            {
                Trouble = trouble;
                var silence = context.Time.GetElapsedTime(lastHealthy);
                Health = wasStarting ? Health : silence > UnhealthyAfter ? ServiceHealth.Unhealthy : Health;
                if (silence > (wasStarting ? HungAtStartAfter : HungAfter))
                {
                    return;
                }
            }

            var pause = Task.Delay(Health == ServiceHealth.Starting ? StartPoll : Poll, context.Time, stop);
            await await Task.WhenAny(exit, pause);
        }
    }

    private void Note(string text) => context.Log(Name, $"{definition.Release} [{Name}] {text}");
}
