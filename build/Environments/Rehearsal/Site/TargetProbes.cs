using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <summary>
/// Probes the targets of the emulated target group as it asks for, and tells the emulator, and the pool before it, how they are.
/// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
/// </summary>
internal sealed class TargetProbes(TargetPool pool, EmulatedAws aws, Action<string> problem, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<Target, (CancellationTokenSource Stop, Task Run)> _running = [];

    // Each check has a connection of its own, as the load balancer's do.
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.Zero });

    private volatile HealthCheck _check = new("/", "200", TimeSpan.Zero, TimeSpan.Zero, 1, 1);

    /// <summary>Probes what the group holds now, and no longer what it held.</summary>
    /// <param name="view">The control API's view of the target groups.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task FollowAsync(JsonElement view, CancellationToken cancellation)
    {
        var groups = view.Deserialize<Groups>(JsonSerializerOptions.Web)!;
        var group = groups.List.FirstOrDefault();
        if (group is not null)
        {
            _check = group.Check(groups.TimeScale);
        }

        var wanted = group?.Targets ?? [];
        foreach (var gone in _running.Keys.Except(wanted).ToList())
        {
            await StopAsync(gone);
            pool.Remove(gone.Address);
            await aws.ControlAsync(HttpMethod.Put, $"targets/{gone.Id}", new { state = (string?)null }, cancellation);
        }

        foreach (var target in wanted.Where(target => !_running.ContainsKey(target)))
        {
            var stop = new CancellationTokenSource();
            _running[target] = (stop, ProbeAsync(target, stop.Token));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var target in _running.Keys.ToList())
        {
            await StopAsync(target);
        }

        _http.Dispose();
    }

    private async Task StopAsync(Target target)
    {
        _running.Remove(target, out var probing);
        await probing.Stop.CancelAsync();
        await probing.Run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        probing.Stop.Dispose();
    }

    private async Task ProbeAsync(Target target, CancellationToken cancellation)
    {
        var (state, told) = (TargetHealthState.Initial, (Finding?)null);
        var (successes, failures) = (0, 0);
        while (true)
        {
            var check = _check;
            var finding = await CheckAsync(target, check, cancellation);
            (successes, failures) = finding is null ? (successes + 1, 0) : (0, failures + 1);
            state = state switch
            {
                // A new target is healthy after one good check.
                TargetHealthState.Initial when successes > 0 => TargetHealthState.Healthy,
                TargetHealthState.Unhealthy when successes >= check.HealthyThreshold => TargetHealthState.Healthy,
                not TargetHealthState.Unhealthy when failures >= check.UnhealthyThreshold => TargetHealthState.Unhealthy,
                _ => state,
            };
            var telling = state switch
            {
                TargetHealthState.Healthy => new Finding("healthy", "", ""),
                TargetHealthState.Unhealthy => finding ?? told,
                _ => null,
            };
            if (telling is not null && telling != told && await TellAsync(target, telling, cancellation))
            {
                told = telling;
            }

            await Task.Delay(check.Interval, time, cancellation);
        }
    }

    private async Task<bool> TellAsync(Target target, Finding finding, CancellationToken cancellation)
    {
        // First where requests go, then what is said of it: whoever reads "unhealthy" can rely on it.
        pool.Set(target.Address, finding.State == "healthy");
        try
        {
            await aws.ControlAsync(HttpMethod.Put, $"targets/{target.Id}", finding, cancellation);
            return true;
        }
        catch (HttpRequestException failure)
        {
            problem($"health of target {target.Id}: {failure.Message}");
            return false;
        }
    }

    /// <returns>Null when the target is well.</returns>
    private async Task<Finding?> CheckAsync(Target target, HealthCheck check, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(check.Timeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{target.Address}{check.Path}");
            request.Headers.UserAgent.ParseAdd("ELB-HealthChecker/2.0");
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return check.Takes(answer.StatusCode)
                ? null
                : new Finding("unhealthy", "Target.ResponseCodeMismatch", $"Health checks failed with these codes: [{(int)answer.StatusCode}]");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Finding("unhealthy", "Target.Timeout", "Request timed out");
        }
        catch (HttpRequestException)
        {
            return new Finding("unhealthy", "Target.FailedHealthChecks", "Health checks failed");
        }
    }

    private enum TargetHealthState
    {
        Initial,
        Healthy,
        Unhealthy,
    }

    private sealed record Finding(string State, string Reason, string Description);

    private sealed record HealthCheck(string Path, string Matcher, TimeSpan Interval, TimeSpan Timeout, int HealthyThreshold, int UnhealthyThreshold)
    {
        /// <summary>The matcher is a list of codes and ranges: <c>200,202-204</c>.</summary>
        public bool Takes(HttpStatusCode status) => Matcher.Split(',')
            .Select(static range => range.Split('-'))
            .Any(range => (int)status >= int.Parse(range[0]) && (int)status <= int.Parse(range[^1]));
    }

    private sealed record Target(string Id, string Host, int Port)
    {
        public string Address => $"{Host}:{Port}";
    }

    private sealed record Groups(double TimeScale, [property: JsonPropertyName("groups")] IReadOnlyList<Group> List);

    private sealed record Group(
        string Path, string Matcher, int Interval, int Timeout, int HealthyThreshold, int UnhealthyThreshold, IReadOnlyList<Target> Targets)
    {
        public HealthCheck Check(double timeScale)
        {
            var interval = TimeSpan.FromSeconds(Interval / timeScale);
            // How long a target may take to answer is a matter of its machine, not of the emulated time.
            return new HealthCheck(
                Path, Matcher, interval < ShortestInterval ? ShortestInterval : interval, TimeSpan.FromSeconds(Timeout), HealthyThreshold, UnhealthyThreshold);
        }
    }
}
