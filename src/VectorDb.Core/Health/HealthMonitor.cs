using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace VectorDb.Core.Health;

/// <summary>
/// Asks each dependency every few seconds and keeps the answer, so that a load balancer's question costs nothing and an
/// outage of one of them never makes it take this process away.
/// </summary>
internal sealed partial class HealthMonitor : BackgroundService
{
    /// <summary>Between two rounds; what asking costs a month depends on it.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan PingLimit = TimeSpan.FromSeconds(2);

    private readonly Dependency[] _dependencies;
    private readonly DependencyState[] _states;
    private readonly TimeProvider _time;
    private readonly ILogger<HealthMonitor> _log;
    private readonly Lock _gate = new();
    private Task<IReadOnlyList<DependencyState>>? _running;

    public HealthMonitor(IEnumerable<Dependency> dependencies, TimeProvider time, ILogger<HealthMonitor> log)
    {
        _dependencies = [.. dependencies];
        _states = [.. _dependencies.Select(static dependency => new DependencyState(dependency.Name, DependencyState.Unknown, null, null))];
        _time = time;
        _log = log;
    }

    /// <summary>The last known states.</summary>
    public IReadOnlyList<DependencyState> Known => [.. _states];

    public bool IsNeeded(string name) => Array.Exists(_dependencies, dependency => dependency.Name == name && dependency.Needed);

    /// <summary>Asks all of them now. Callers at the same moment share one round.</summary>
    public async Task<IReadOnlyList<DependencyState>> AskAsync(CancellationToken cancellationToken)
    {
        Task<IReadOnlyList<DependencyState>> round;
        lock (_gate)
        {
            round = _running is { IsCompleted: false } running ? running : _running = AskAllAsync();
        }

        return await round.WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            do
            {
                await AskAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end of the process is no failure of this service.
        }
    }

    private async Task<IReadOnlyList<DependencyState>> AskAllAsync()
    {
        await Task.WhenAll(Enumerable.Range(0, _dependencies.Length).Select(AskOneAsync));
        return Known;
    }

    private async Task AskOneAsync(int index)
    {
        var dependency = _dependencies[index];
        var started = _time.GetTimestamp();
        using var limit = new CancellationTokenSource(PingLimit, _time);
        DependencyState state;
        try
        {
            await Task.Run(() => dependency.Ping(limit.Token), CancellationToken.None).WaitAsync(limit.Token);
            var latency = Math.Round(_time.GetElapsedTime(started).TotalMilliseconds, 3);
            state = new DependencyState(dependency.Name, DependencyState.Ok, latency, _time.GetUtcNow());
        }
        catch (Exception exception)
        {
            state = new DependencyState(dependency.Name, DependencyState.Down, null, _time.GetUtcNow());
            if (_states[index].Status != DependencyState.Down)
            {
                LogAway(exception, dependency.Name);
            }
        }

        if (state.Status == DependencyState.Ok && _states[index].Status == DependencyState.Down)
        {
            LogBack(dependency.Name);
        }

        _states[index] = state;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Dependency {Dependency} is away")]
    private partial void LogAway(Exception exception, string dependency);

    [LoggerMessage(Level = LogLevel.Information, Message = "Dependency {Dependency} is back")]
    private partial void LogBack(string dependency);
}
