using VectorDb.Build.Aws;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Reporting;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Environments.Aws;

/// <summary>
/// Moves the fleets to numbered launch template versions as one unit: up from zero, or by an instance refresh that never takes healthy
/// capacity away first (https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html).
/// </summary>
internal sealed class FleetRefresh(AwsAccount account, Fleets fleets, StepJournal journal, TimeProvider time)
{
    private const int AllHealthy = 100;
    private const int HalfMore = 150;
    private const int AsManyMore = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstStartLimit = TimeSpan.FromMinutes(20);

    /// <param name="templates">By profile.</param>
    /// <exception cref="RolloutFailedException">An instance is not healthy, an alarm was raised, or somebody else ended a refresh.</exception>
    public async Task MoveAsync(IReadOnlyDictionary<string, LaunchTemplateVersion> templates, RolloutPace pace, CancellationToken cancellationToken)
    {
        var parameters = await AwsServiceParameters.ReadAsync(account, cancellationToken);
        var moves = new List<FleetMove>();
        foreach (var fleet in fleets.All)
        {
            var template = templates.GetValueOrDefault(fleet.Profile) ?? throw new RolloutFailedException($"The manifest names no launch template version of {fleet.Profile}.");
            var state = await fleets.RequireAsync(fleet, cancellationToken);
            await EndOtherRefreshAsync(fleet, cancellationToken);
            var watch = await InstanceWatch.BeginAsync(account, fleet, template, time, cancellationToken);
            moves.Add(new FleetMove(fleet, template, watch, state.IsEmpty ? null : await StartAsync(state, template, pace, parameters, cancellationToken)));
            if (state.IsEmpty)
            {
                await account.Services.AutoScaling.SetTemplateAsync(fleet.Group, template, cancellationToken);
                await account.Services.AutoScaling.ResizeAsync(fleet.Group, fleet.Minimum, fleet.Maximum, fleet.Minimum, cancellationToken);
            }
        }

        await FollowAsync(moves, cancellationToken);
    }

    /// <summary>Takes all capacity away.</summary>
    /// <returns>False when there was none.</returns>
    public async Task<bool> EmptyAsync(CancellationToken cancellationToken)
    {
        var had = false;
        foreach (var fleet in fleets.All)
        {
            if (await fleets.LookAsync(fleet, cancellationToken) is { IsEmpty: false })
            {
                had = true;
                await EndOtherRefreshAsync(fleet, cancellationToken);
                await account.Services.AutoScaling.ResizeAsync(fleet.Group, 0, fleet.Maximum, 0, cancellationToken);
            }
        }

        foreach (var fleet in fleets.All)
        {
            while (await fleets.LookAsync(fleet, cancellationToken) is { Group.Instances.Count: > 0 })
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }

        return had;
    }

    private async Task<string> StartAsync(
        FleetState state, LaunchTemplateVersion template, RolloutPace pace, AwsServiceParameters? parameters, CancellationToken cancellationToken)
    {
        var watched = pace == RolloutPace.Watched;
        var first = Math.Max(1, (int)Math.Ceiling(100.0 / Math.Max(1, state.Group.Desired)));
        return await account.Services.AutoScaling.StartRefreshAsync(
            state.Fleet.Group,
            template,
            new RefreshPreferences(
                AllHealthy,
                watched ? HalfMore : AsManyMore,
                SkipMatching: true,
                InstanceWarmup: watched ? null : TimeSpan.Zero,
                BakeTime: watched ? account.Settings.Seconds(SettingsCatalogue.BakeSeconds) : null,
                // A canary makes sense where others follow it.
                CheckpointPercentages: watched && first < 100 ? [first, 100] : null,
                CheckpointDelay: watched && first < 100 ? account.Settings.Seconds(SettingsCatalogue.CanarySeconds) : null,
                Alarms: watched ? parameters?.RolloutAlarms : null),
            cancellationToken);
    }

    /// <summary>The lock is ours: a refresh that still runs is what a killed or failed run left.</summary>
    private async Task EndOtherRefreshAsync(Fleet fleet, CancellationToken cancellationToken)
    {
        var said = false;
        while ((await account.Services.AutoScaling.RefreshesAsync(fleet.Group, cancellationToken)).FirstOrDefault(static refresh => !refresh.HasEnded) is { } running)
        {
            if (!said)
            {
                journal.Say($"{fleet.Group}: an instance refresh that nobody waits for any more is cancelled ({running.Status})");
                said = true;
            }

            await account.Services.AutoScaling.CancelRefreshAsync(fleet.Group, cancellationToken);
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task FollowAsync(IReadOnlyList<FleetMove> moves, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var progress = new FleetProgress(journal, time);
        var open = moves.ToList();
        while (open.Count > 0)
        {
            foreach (var move in open.ToList())
            {
                var state = await fleets.RequireAsync(move.Fleet, cancellationToken);
                var refresh = await FindAsync(move, cancellationToken);
                progress.Tell(state, move.Template, refresh);
                await move.Watch.CheckAsync(state, cancellationToken);
                if (IsDone(move, state, refresh))
                {
                    open.Remove(move);
                }
            }

            if (open.Any(static move => move.RefreshId is null) && time.GetElapsedTime(start) > FirstStartLimit)
            {
                throw new RolloutFailedException($"The first instances did not serve within {FirstStartLimit.TotalMinutes:0} minutes.");
            }

            if (open.Count > 0)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    private async Task<InstanceRefresh?> FindAsync(FleetMove move, CancellationToken cancellationToken) => move.RefreshId is { } id
        ? (await account.Services.AutoScaling.RefreshesAsync(move.Fleet.Group, cancellationToken)).FirstOrDefault(refresh => refresh.Id == id)
        : null;

    private static bool IsDone(FleetMove move, FleetState state, InstanceRefresh? refresh) => refresh switch
    {
        null => state.Staying.Count(instance => instance.Template == move.Template && state.Serves(instance)) >= move.Fleet.Minimum,
        { Status: "Successful" } => true,
        { HasEnded: true } => throw new RolloutFailedException($"The instance refresh of {move.Fleet.Group} ended as {refresh.Status}: {refresh.Reason}"),
        _ => false,
    };
}

/// <param name="RefreshId">Null for a fleet that comes up from zero.</param>
internal sealed record FleetMove(Fleet Fleet, LaunchTemplateVersion Template, InstanceWatch Watch, string? RefreshId);
