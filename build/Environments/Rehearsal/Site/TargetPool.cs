namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <summary>Where requests may go at this moment, in turn.</summary>
internal sealed class TargetPool
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, bool> _targets = new(StringComparer.Ordinal);
    private int _turn;

    /// <param name="address">Host and port of the target.</param>
    /// <param name="healthy">What its probes say.</param>
    public void Set(string address, bool healthy)
    {
        lock (_lock)
        {
            _targets[address] = healthy;
        }
    }

    /// <summary>It gets no new request; those that it has may end.</summary>
    public void Remove(string address)
    {
        lock (_lock)
        {
            _targets.Remove(address);
        }
    }

    /// <returns>Null when there is no target.</returns>
    public string? Next()
    {
        lock (_lock)
        {
            // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html: with no healthy target
            // left, the unhealthy ones get the requests.
            var anyHealthy = _targets.ContainsValue(true);
            var open = _targets.Where(target => target.Value || !anyHealthy).Select(static target => target.Key).ToList();
            return open.Count == 0 ? null : open[(_turn = (_turn + 1) & int.MaxValue) % open.Count];
        }
    }
}
