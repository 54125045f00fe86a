using VectorDb.Build.Aws;
using VectorDb.Build.Reporting;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Environments.Aws;

/// <summary>
/// Watches the new instances of one fleet and throws at the first that will not serve, with the reason: Auto Scaling itself would
/// go on launching for up to an hour.
/// </summary>
internal sealed class InstanceWatch
{
    private const int ActivitiesLooked = 20;

    // Auto Scaling tries another zone by itself; what is returned to has proved that it can serve, and is waited for.
    private static readonly TimeSpan PatienceOfReturn = TimeSpan.FromMinutes(5);

    private readonly AwsAccount _account;
    private readonly Fleet _fleet;
    private readonly LaunchTemplateVersion _version;
    private readonly InstanceLog _log;
    private readonly HashSet<string> _instancesBefore;
    private readonly HashSet<string> _activitiesSeen;
    private readonly HashSet<string> _starting = new(StringComparer.Ordinal);
    private readonly HashSet<string> _served = new(StringComparer.Ordinal);
    private readonly TimeSpan _patience;
    private readonly StepJournal _journal;
    private readonly TimeProvider _time;
    private long? _stuck;
    private string? _told;

    private InstanceWatch(
        AwsAccount account, FleetState state, LaunchTemplateVersion version, RolloutPace pace, IReadOnlyList<ScalingActivity> activities, StepJournal journal, TimeProvider time)
    {
        (_account, _fleet, _version, _log) = (account, state.Fleet, version, new InstanceLog(account, state.Fleet, time));
        (_patience, _journal, _time) = (pace == RolloutPace.Return ? PatienceOfReturn : TimeSpan.Zero, journal, time);
        _instancesBefore = [.. state.Group.Instances.Select(static instance => instance.Id)];
        _activitiesSeen = [.. activities.Select(static activity => activity.Id)];
    }

    /// <param name="state">The fleet before it moves: what is there already is not watched.</param>
    /// <param name="version">What the new instances start from.</param>
    /// <param name="pace">Of a return, a launch that fails is not the end at once.</param>
    public static async Task<InstanceWatch> BeginAsync(
        AwsAccount account, FleetState state, LaunchTemplateVersion version, RolloutPace pace, StepJournal journal, TimeProvider time, CancellationToken cancellationToken) =>
        new(account, state, version, pace, await account.Services.AutoScaling.ActivitiesAsync(state.Fleet.Group, ActivitiesLooked, cancellationToken), journal, time);

    /// <exception cref="RolloutFailedException">An instance failed to start or to stay healthy, or none can be launched.</exception>
    public async Task CheckAsync(FleetState state, CancellationToken cancellationToken)
    {
        foreach (var instance in state.Group.Instances.Where(instance => instance.Template == _version && !_instancesBefore.Contains(instance.Id)))
        {
            await CheckAsync(instance, state, cancellationToken);
        }

        foreach (var gone in _starting.Except(_served).Except(state.Group.Instances.Select(static instance => instance.Id)).ToList())
        {
            await FailAsync(gone, "is gone before it served", cancellationToken);
        }

        foreach (var activity in await _account.Services.AutoScaling.ActivitiesAsync(_fleet.Group, ActivitiesLooked, cancellationToken))
        {
            if (activity is { Status: "Failed" } && IsLaunch(activity) && _activitiesSeen.Add(activity.Id))
            {
                Fail(activity);
            }
        }
    }

    /// <summary>Since the first launch that failed after the last that came up, the patience runs.</summary>
    private void Fail(ScalingActivity launch)
    {
        var reason = $"Auto Scaling cannot launch an instance of {_fleet.Group}: {launch.Description} {launch.Message}".TrimEnd();
        _stuck ??= _time.GetTimestamp();
        if (_time.GetElapsedTime(_stuck.Value) >= _patience)
        {
            throw new RolloutFailedException(reason);
        }

        if (reason != _told)
        {
            _journal.Say($"{reason} It tries again.");
            _told = reason;
        }
    }

    private async Task CheckAsync(GroupInstance instance, FleetState state, CancellationToken cancellationToken)
    {
        var target = state.Targets.GetValueOrDefault(instance.Id);
        if (state.Serves(instance))
        {
            if (_served.Add(instance.Id))
            {
                _stuck = null;
            }
        }
        else if (instance.Health == "Unhealthy" || target is { State: "unhealthy" })
        {
            await FailAsync(instance.Id, $"is unhealthy{(target?.Description is { } why ? $": {why} ({target.Reason})" : "")}", cancellationToken);
        }
        else if (!instance.Lifecycle.StartsWith("Terminating", StringComparison.Ordinal))
        {
            _starting.Add(instance.Id);
            if (instance.Lifecycle == "InService")
            {
                _log.Booted(instance.Id);
            }
        }
        else if (!_served.Contains(instance.Id))
        {
            await FailAsync(instance.Id, "gave up while it started", cancellationToken);
        }
    }

    private async Task FailAsync(string instance, string what, CancellationToken cancellationToken)
    {
        var (service, lines) = await _log.ReadAsync(instance, cancellationToken);
        throw new RolloutFailedException($"Instance {instance} of {_fleet.Group} {what}.", service, lines);
    }

    private static bool IsLaunch(ScalingActivity activity) => activity.Description.StartsWith("Launching", StringComparison.Ordinal);
}
