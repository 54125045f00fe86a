using VectorDb.Build.Aws;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Reporting;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Environments.Aws;

/// <summary>
/// Moves the fleets to numbered launch template versions as one unit: up from zero, or by an instance refresh that never takes healthy
/// capacity away first (https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html). A release gives them the sizes
/// of its settings; a return leaves them as large as they are.
/// </summary>
/// <param name="ensureHeld">Whether the run still has the lock: asked before each fleet moves.</param>
internal sealed class FleetRefresh(AwsAccount account, Fleets fleets, Func<CancellationToken, Task> ensureHeld, StepJournal journal, TimeProvider time)
{
    private const string BootHook = "boot";
    private const int AllHealthy = 100;
    private const int HalfMore = 150;
    private const int AsManyMore = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromMinutes(20);

    // Auto Scaling waits for its own view of an instance alone. Two looks of the load balancer are ten seconds apart: none of the old
    // instances may go before it sends to the new ones.
    private static readonly TimeSpan ShortWarmup = TimeSpan.FromSeconds(20);

    /// <param name="templates">By profile.</param>
    /// <exception cref="RolloutFailedException">An instance is not healthy, an alarm was raised, or somebody else ended a refresh.</exception>
    public async Task MoveAsync(IReadOnlyDictionary<string, LaunchTemplateVersion> templates, RolloutPace pace, CancellationToken cancellationToken)
    {
        var aims = fleets.All.Select(fleet => (Fleet: fleet, Template: templates.GetValueOrDefault(fleet.Profile)
            ?? throw new RolloutFailedException($"The manifest names no launch template version of {fleet.Profile}."))).ToList();
        var alarms = (await AwsServiceParameters.ReadAsync(account, cancellationToken))?.RolloutAlarms ?? [];
        await EndOtherRefreshesAsync(cancellationToken);
        var moves = new List<FleetMove>();
        foreach (var (fleet, template) in aims)
        {
            await ensureHeld(cancellationToken);
            moves.Add(await BeginAsync(fleet, template, pace, alarms, cancellationToken));
        }

        await FollowAsync(moves, cancellationToken);
    }

    /// <summary>Takes all capacity away.</summary>
    /// <returns>False when there was none.</returns>
    public async Task<bool> EmptyAsync(CancellationToken cancellationToken)
    {
        var had = false;
        await EndOtherRefreshesAsync(cancellationToken);
        foreach (var fleet in fleets.All)
        {
            if (await fleets.LookAsync(fleet, cancellationToken) is { IsEmpty: false })
            {
                had = true;
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

    /// <summary>What was there stays until the new instances serve; a fleet without capacity gets its first.</summary>
    private async Task<FleetMove> BeginAsync(
        Fleet fleet, LaunchTemplateVersion template, RolloutPace pace, IReadOnlyList<string> alarms, CancellationToken cancellationToken)
    {
        var state = await SettledAsync(fleet, cancellationToken);
        var watch = await InstanceWatch.BeginAsync(account, state, template, pace, journal, time, cancellationToken);
        if (state.Group.Desired == 0)
        {
            await account.Services.AutoScaling.SetTemplateAsync(fleet.Group, template, cancellationToken);
        }

        // Terraform leaves the sizes to the rollout, and settings may have moved them. A return goes by settings that may be older than what
        // somebody gave the group under load: it takes none of that away.
        var least = pace == RolloutPace.Return ? Math.Max(state.Group.Min, fleet.Minimum) : fleet.Minimum;
        var most = pace == RolloutPace.Return ? Math.Max(state.Group.Max, fleet.Maximum) : fleet.Maximum;
        var desired = Math.Clamp(state.Group.Desired, least, most);
        if ((state.Group.Min, state.Group.Max, state.Group.Desired) != (least, most, desired))
        {
            await account.Services.AutoScaling.ResizeAsync(fleet.Group, least, most, desired, cancellationToken);
        }

        return new FleetMove(
            fleet, template, watch, state.Group.Desired == 0 ? null : await StartAsync(fleet, desired, template, pace, alarms, cancellationToken), time.GetTimestamp());
    }

    /// <summary>Capacity that was just taken away may not have begun to leave: wanted again now, it would stay what it is.</summary>
    private async Task<FleetState> SettledAsync(Fleet fleet, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            var state = await fleets.RequireAsync(fleet, cancellationToken);
            if (state.Group.Desired > 0 || !state.Staying.Any())
            {
                return state;
            }

            if (time.GetElapsedTime(since) > LeaveLimit)
            {
                throw new RolloutFailedException($"Instances of {fleet.Group} do not leave, although none is wanted.");
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private Task<string> StartAsync(
        Fleet fleet, int desired, LaunchTemplateVersion template, RolloutPace pace, IReadOnlyList<string> alarms, CancellationToken cancellationToken)
    {
        var watched = pace == RolloutPace.Watched;
        // One instance, rounded down: rounded up it would be two. A canary makes sense where others follow it.
        var canary = watched && desired > 1 ? Math.Max(1, 100 / desired) : (int?)null;
        return account.Services.AutoScaling.StartRefreshAsync(
            fleet.Group,
            template,
            new RefreshPreferences(
                AllHealthy,
                watched ? HalfMore : AsManyMore,
                SkipMatching: true,
                InstanceWarmup: watched ? null : ShortWarmup,
                BakeTime: watched ? account.Settings.Seconds(SettingsCatalogue.BakeSeconds) : null,
                CheckpointPercentages: canary is { } first ? [first, 100] : null,
                CheckpointDelay: canary is null ? null : account.Settings.Seconds(SettingsCatalogue.CanarySeconds),
                Alarms: watched ? alarms : null),
            cancellationToken);
    }

    /// <summary>The lock is ours: a refresh that still runs is what a killed or failed run left. All end before anything else moves.</summary>
    private async Task EndOtherRefreshesAsync(CancellationToken cancellationToken)
    {
        var open = fleets.All.ToList();
        var told = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            foreach (var fleet in open.ToList())
            {
                if (await RunningRefreshAsync(fleet, cancellationToken) is not { } running)
                {
                    open.Remove(fleet);
                    continue;
                }

                if (told.Add(running.Id))
                {
                    journal.Say($"{fleet.Group}: the instance refresh that goes on is cancelled ({running.Status})");
                    await account.Services.AutoScaling.CancelRefreshAsync(fleet.Group, cancellationToken);
                }

                await AbandonLaunchesAsync(fleet, running, cancellationToken);
            }

            if (open.Count == 0)
            {
                return;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>A cancelled refresh waits for what it is launching, and that may hang until its hook runs out.</summary>
    private async Task AbandonLaunchesAsync(Fleet fleet, InstanceRefresh refresh, CancellationToken cancellationToken)
    {
        var state = await fleets.RequireAsync(fleet, cancellationToken);
        foreach (var instance in state.Group.Instances.Where(instance => instance.Lifecycle == "Pending:Wait" && instance.Template == refresh.Template))
        {
            await account.Services.AutoScaling.AbandonLaunchAsync(fleet.Group, BootHook, instance.Id, cancellationToken);
        }
    }

    private async Task<InstanceRefresh?> RunningRefreshAsync(Fleet fleet, CancellationToken cancellationToken) =>
        await account.Services.AutoScaling.FindGroupAsync(fleet.Group, cancellationToken) is null
            ? null
            : (await account.Services.AutoScaling.RefreshesAsync(fleet.Group, cancellationToken)).FirstOrDefault(static refresh => !refresh.HasEnded);

    /// <summary>Until all are done. The fleet that is done first is watched until the other is, too.</summary>
    private async Task FollowAsync(IReadOnlyList<FleetMove> moves, CancellationToken cancellationToken)
    {
        var progress = new FleetProgress(journal, time);
        while (true)
        {
            var done = 0;
            foreach (var move in moves)
            {
                var state = await fleets.RequireAsync(move.Fleet, cancellationToken);
                var refresh = move.RefreshId is { } id ? await account.Services.AutoScaling.FindRefreshAsync(move.Fleet.Group, id, cancellationToken) : null;
                progress.Tell(state, move.Template, refresh);
                // First: a refresh that an alarm or a person ended takes its instances with it, and they are not the reason.
                done += move.IsDone(state, refresh, time) ? 1 : 0;
                await move.Watch.CheckAsync(state, cancellationToken);
            }

            if (done == moves.Count)
            {
                return;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
