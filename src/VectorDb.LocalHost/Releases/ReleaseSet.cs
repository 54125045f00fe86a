using System.Collections.Concurrent;
using VectorDb.LocalHost.Gateway;
using VectorDb.LocalHost.Supervision;

namespace VectorDb.LocalHost.Releases;

/// <param name="Start">A release may take to become healthy.</param>
/// <param name="Drain">Its requests may take to finish when it is retired.</param>
/// <param name="Standby">The last one that had the traffic stays ready for a rollback.</param>
internal sealed record ReleaseLimits(TimeSpan Start, TimeSpan Drain, TimeSpan Standby);

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
    /// drains or stands by is kept, and any other that stands by ends: there are never three.
    /// </summary>
    /// <exception cref="ControlException">A service ended or was not healthy in time; the release has been stopped again.</exception>
    public async Task StartAsync(ReleaseDefinition definition, CancellationToken cancellationToken)
    {
        EndStandby(except: definition.Id);
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
    /// <param name="standBy">Whether a rollback may want it back: then only its worker stops at once, the rest after a while.</param>
    /// <returns>Completes when it has ended, or stands by.</returns>
    /// <exception cref="ControlException">It is active, or does not run here.</exception>
    public Task RetireAsync(string id, bool standBy)
    {
        lock (_gate)
        {
            var release = Find(id);
            if (id == ActiveId)
            {
                throw ControlException.Conflict($"Release {id} is active; activate another one first");
            }

            if (!standBy || limits.Standby == TimeSpan.Zero)
            {
                return StopAsync(release, limits.Drain);
            }

            EndStandby(except: id);
            var end = StopAsync(release, limits.Drain, limits.Standby);
            return Task.WhenAny(end, release.Retire(limits.Drain, limits.Standby).StandingBy).Unwrap();
        }
    }

    /// <summary>No release is active from now on, nor when the next host starts.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            state.Active = null;
            routes.Activate(null);
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

    /// <summary>Ends all workers at once, whatever requests are still under way. Only in a host that ends.</summary>
    public Task StopWorkersAsync() => Task.WhenAll(Running.Select(static release => release.StopWorkerAsync()));

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

    private void EndStandby(string except)
    {
        foreach (var release in _running.Values.Where(release => release.IsRetiring && release.Definition.Id != except))
        {
            _ = StopAsync(release, limits.Drain);
        }
    }

    private async Task StopAsync(RunningRelease release, TimeSpan limit, TimeSpan standby = default)
    {
        if (await release.Retire(limit, standby).End && _running.TryRemove(KeyValuePair.Create(release.Definition.Id, release)))
        {
            await release.DisposeAsync();
            log.LogInformation("Release {Release} has ended", release.Definition.Id);
        }
    }
}
