using VectorDb.Build.Aws;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Environments.Aws;

/// <summary>
/// Watches the new instances of one fleet and throws at the first that will not serve, with the reason: Auto Scaling itself would
/// go on launching for up to an hour.
/// </summary>
/// <param name="version">What the new instances start from.</param>
internal sealed class InstanceWatch(AwsAccount account, Fleet fleet, LaunchTemplateVersion version, IReadOnlyList<string> activitiesBefore, TimeProvider time)
{
    private const int LogLines = 20;
    private const int ActivitiesLooked = 20;

    // The agent sends every few seconds, and the log of a failed start is worth the wait.
    private static readonly TimeSpan LogPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly DateTimeOffset _since = time.GetUtcNow();
    private readonly HashSet<string> _starting = new(StringComparer.Ordinal);
    private readonly HashSet<string> _served = new(StringComparer.Ordinal);

    public static async Task<InstanceWatch> BeginAsync(AwsAccount account, Fleet fleet, LaunchTemplateVersion version, TimeProvider time, CancellationToken cancellationToken) =>
        new(account, fleet, version, await account.Services.AutoScaling.ActivitiesAsync(fleet.Group, ActivitiesLooked, cancellationToken), time);

    /// <exception cref="RolloutFailedException">An instance failed to start or to stay healthy, or none can be launched.</exception>
    public async Task CheckAsync(FleetState state, CancellationToken cancellationToken)
    {
        foreach (var instance in state.Group.Instances.Where(instance => instance.Template == version))
        {
            if (state.Serves(instance))
            {
                _served.Add(instance.Id);
            }
            else if (instance.Lifecycle.StartsWith("Terminating", StringComparison.Ordinal))
            {
                await FailIfNewAsync(instance.Id, "gave up while it started", cancellationToken);
            }
            else if (instance.Health == "Unhealthy" || state.Targets.GetValueOrDefault(instance.Id) is { State: "unhealthy" })
            {
                var target = state.Targets.GetValueOrDefault(instance.Id);
                await FailAsync(instance.Id, $"is unhealthy{(target?.Description is { } why ? $": {why} ({target.Reason})" : "")}", cancellationToken);
            }
            else
            {
                _starting.Add(instance.Id);
            }
        }

        foreach (var gone in _starting.Except(state.Group.Instances.Select(static instance => instance.Id)).ToList())
        {
            await FailIfNewAsync(gone, "is gone before it served", cancellationToken);
        }

        var activities = await account.Services.AutoScaling.ActivitiesAsync(fleet.Group, ActivitiesLooked, cancellationToken);
        if (activities.Except(activitiesBefore).FirstOrDefault(static activity => activity.StartsWith("Failed", StringComparison.Ordinal)) is { } failure)
        {
            throw new RolloutFailedException($"Auto Scaling cannot launch an instance of {fleet.Group}: {failure}");
        }
    }

    private Task FailIfNewAsync(string instance, string what, CancellationToken cancellationToken) =>
        _starting.Contains(instance) && !_served.Contains(instance) ? FailAsync(instance, what, cancellationToken) : Task.CompletedTask;

    private async Task FailAsync(string instance, string what, CancellationToken cancellationToken)
    {
        var log = await LogAsync(instance, cancellationToken);
        throw new RolloutFailedException($"Instance {instance} of {fleet.Group} {what}.", $"{fleet.Profile}-bootstrap", log);
    }

    /// <summary>What the instance said: its first start, and where that went well the service that balks.</summary>
    private async Task<IReadOnlyList<string>> LogAsync(string instance, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var lines = await account.Services.Logs.TailAsync(
                $"/vectordb/{account.Environment}/{fleet.Profile}-bootstrap", instance, _since, LogLines, cancellationToken);
            if (lines.Count > 0 || time.GetElapsedTime(start) > LogPatience)
            {
                return [.. lines.Select(static line => line.Message)];
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
