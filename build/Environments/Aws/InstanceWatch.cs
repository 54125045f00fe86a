using VectorDb.Build.Aws;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Environments.Aws;

/// <summary>
/// Watches the new instances of one fleet and throws at the first that will not serve, with the reason: Auto Scaling itself would
/// go on launching for up to an hour.
/// </summary>
internal sealed class InstanceWatch
{
    private const int ActivitiesLooked = 20;

    private readonly AwsAccount _account;
    private readonly Fleet _fleet;
    private readonly LaunchTemplateVersion _version;
    private readonly InstanceLog _log;
    private readonly HashSet<string> _instancesBefore;
    private readonly HashSet<string> _activitiesBefore;
    private readonly HashSet<string> _starting = new(StringComparer.Ordinal);
    private readonly HashSet<string> _served = new(StringComparer.Ordinal);

    private InstanceWatch(AwsAccount account, FleetState state, LaunchTemplateVersion version, IReadOnlyList<ScalingActivity> activities, TimeProvider time)
    {
        (_account, _fleet, _version, _log) = (account, state.Fleet, version, new InstanceLog(account, state.Fleet, time));
        _instancesBefore = [.. state.Group.Instances.Select(static instance => instance.Id)];
        _activitiesBefore = [.. activities.Select(static activity => activity.Id)];
    }

    /// <param name="state">The fleet before it moves: what is there already is not watched.</param>
    /// <param name="version">What the new instances start from.</param>
    public static async Task<InstanceWatch> BeginAsync(
        AwsAccount account, FleetState state, LaunchTemplateVersion version, TimeProvider time, CancellationToken cancellationToken) =>
        new(account, state, version, await account.Services.AutoScaling.ActivitiesAsync(state.Fleet.Group, ActivitiesLooked, cancellationToken), time);

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

        var activities = await _account.Services.AutoScaling.ActivitiesAsync(_fleet.Group, ActivitiesLooked, cancellationToken);
        if (activities.FirstOrDefault(activity => activity is { Status: "Failed" } && IsLaunch(activity) && !_activitiesBefore.Contains(activity.Id)) is { } failure)
        {
            throw new RolloutFailedException($"Auto Scaling cannot launch an instance of {_fleet.Group}: {failure.Description} {failure.Message}".TrimEnd());
        }
    }

    private async Task CheckAsync(GroupInstance instance, FleetState state, CancellationToken cancellationToken)
    {
        var target = state.Targets.GetValueOrDefault(instance.Id);
        if (state.Serves(instance))
        {
            _served.Add(instance.Id);
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
