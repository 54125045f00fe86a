using System.Collections.Concurrent;
using VectorDb.LocalHost.Gateway;
using VectorDb.LocalHost.Supervision;

namespace VectorDb.LocalHost.Releases;

/// <param name="Start">A release may take to become healthy.</param>
/// <param name="Drain">Its requests may take to finish when it is retired.</param>
internal sealed record ReleaseLimits(TimeSpan Start, TimeSpan Drain);

/// <summary>The releases that run here, at most one of them active.</summary>
internal sealed class ReleaseSet(
    RouteSwitch routes, HostState state, ServiceEnvironment environment, SupervisionContext supervision, ReleaseLimits limits, ILogger<ReleaseSet> log)
{
    private readonly ConcurrentDictionary<string, RunningRelease> _running = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    public string? ActiveId => routes.Active?.Release;

    public IEnumerable<RunningRelease> Running => _running.Values.OrderBy(static release => release.Definition.Id, StringComparer.Ordinal);

    /// <summary>
    /// Starts a release beside the others and waits until it is healthy. One that runs already is left alone; one that still
    /// drains is kept.
    /// </summary>
    /// <exception cref="ControlException">A service ended or was not healthy in time; the release has been stopped again.</exception>
    public async Task StartAsync(ReleaseDefinition definition, CancellationToken cancellationToken)
    {
        var release = await BeginAsync(definition);
        var isUp = false;
        try
        {
            await release.StartAsync().WaitAsync(limits.Start, cancellationToken);
            isUp = true;
            log.LogInformation("Release {Release} is healthy", definition.Id);
        }
        catch (TimeoutException)
        {
            throw ControlException.Timeout(
                $"{release.Sick?.Name} is not healthy after {limits.Start.TotalSeconds:0} s: {release.Sick?.Trouble}", release.Sick?.Name, release.Sick?.Tail);
        }
        finally
        {
            if (!isUp && definition.Id != ActiveId)
            {
                log.LogWarning("Release {Release} did not start: {Service} {Trouble}", definition.Id, release.Sick?.Name, release.Sick?.Trouble);
                await StopAsync(release, TimeSpan.Zero);
            }
        }
    }

    /// <returns>The id of the release that was active until now.</returns>
    /// <exception cref="ControlException">It does not run here, or is not healthy.</exception>
    public string? Activate(string id)
    {
        lock (_gate)
        {
            var release = Find(id);
            if (!release.IsHealthy || !release.TryKeep())
            {
                throw ControlException.Conflict($"Release {id} is not healthy: {release.Sick?.Name} {release.Sick?.Trouble}", release.Sick?.Name, release.Sick?.Tail);
            }

            state.Active = release.Definition;
            var previous = routes.Activate(release.Route)?.Release;
            log.LogInformation("Release {Release} is active, after {Previous}", id, previous);
            return previous;
        }
    }

    /// <summary>Drains and stops a release. It may not be the active one.</summary>
    /// <exception cref="ControlException">It is active, or does not run here.</exception>
    public Task RetireAsync(string id)
    {
        lock (_gate)
        {
            var release = Find(id);
            return id == ActiveId ? throw ControlException.Conflict($"Release {id} is active; activate another one first") : StopAsync(release, limits.Drain);
        }
    }

    /// <summary>Brings back the release that was active when the host last ran. It serves as soon as it is up.</summary>
    /// <returns>Null when it is healthy or there was none, else the reason why it is not.</returns>
    public async Task<string?> RestoreAsync(CancellationToken cancellationToken)
    {
        if (state.Active is not { } remembered)
        {
            return null;
        }

        try
        {
            var release = await BeginAsync(remembered);
            routes.Activate(release.Route);
            await release.StartAsync().WaitAsync(limits.Start, cancellationToken);
            log.LogInformation("Release {Release} is active again", remembered.Id);
            return null;
        }
        catch (Exception exception) when (exception is ControlException or TimeoutException)
        {
            // It stays the active one, and its services go on being started: what ails it may pass.
            log.LogError("Release {Release} was active but does not start: {Reason}", remembered.Id, exception.Message);
            return $"release {remembered.Id}: {exception.Message}";
        }
    }

    /// <summary>Stops all, each once its requests in flight have finished or the time is over.</summary>
    public Task StopAllAsync(TimeSpan limit) => Task.WhenAll(Running.Select(release => StopAsync(release, limit)));

    private async Task<RunningRelease> BeginAsync(ReleaseDefinition definition)
    {
        while (true)
        {
            RunningRelease? leaving;
            lock (_gate)
            {
                if (!_running.TryGetValue(definition.Id, out leaving))
                {
                    return _running[definition.Id] = new RunningRelease(definition, environment, supervision);
                }

                if (leaving.TryKeep())
                {
                    return leaving;
                }
            }

            await StopAsync(leaving, TimeSpan.Zero);
        }
    }

    private RunningRelease Find(string id) => _running.GetValueOrDefault(id) ?? throw ControlException.NotFound(id);

    private async Task StopAsync(RunningRelease release, TimeSpan limit)
    {
        if (await release.RetireAsync(limit) && _running.TryRemove(KeyValuePair.Create(release.Definition.Id, release)))
        {
            await release.DisposeAsync();
            log.LogInformation("Release {Release} has ended", release.Definition.Id);
        }
    }
}
