using Amazon.S3.Model;
using VectorDb.Build.Aws;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Releases;
using VectorDb.Build.Rendering;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Environments.Aws;

/// <summary>Instances in Auto Scaling groups behind a load balancer. What runs is told by what the groups start from.</summary>
internal sealed class AwsRollout(AwsAccount account, IReleaseCatalog catalog, AwsRelease release, Fleets fleets, FleetRefresh refresh, TimeProvider time) : IRollout
{
    private const int LogLines = 20;
    private static readonly TimeSpan LogRange = TimeSpan.FromMinutes(15);

    public async Task<RolloutStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var parameters = await AwsServiceParameters.ReadAsync(account, cancellationToken);
        var url = parameters?.Url ?? new Uri($"https://{account.Settings.Require(SettingsCatalogue.DomainName)}");
        var states = new List<FleetState>();
        foreach (var fleet in fleets.All)
        {
            if (await fleets.LookAsync(fleet, cancellationToken) is { } state)
            {
                states.Add(state);
            }
        }

        if (states.All(static state => state.IsEmpty))
        {
            return new RolloutStatus(url, Active: null, [], Host: null);
        }

        var known = await catalog.ListAsync(cancellationToken);
        var running = states
            .SelectMany(state => state.Staying.Select(instance => (Release: ReleaseOf(known, state.Fleet, instance.Template), Service: Describe(state, instance)))
                .Concat(Missing(state).Select(service => (Release: ReleaseOf(known, state.Fleet, state.Group.Template), Service: service))))
            .Where(static pair => pair.Release is not null)
            .GroupBy(static pair => pair.Release!.Value)
            .Select(static group => new RunningRelease(group.Key, [.. group.Select(static pair => pair.Service)], IsLeaving: false))
            .ToList();
        var leading = states.First(static state => !state.IsEmpty);
        return new RolloutStatus(url, ReleaseOf(known, leading.Fleet, leading.Group.Template), running, Host: null)
        {
            IsSized = states.All(static state => (state.Group.Min, state.Group.Max) == (state.Fleet.Minimum, state.Fleet.Maximum)),
        };
    }

    /// <summary>The bundle, by its hash; the images were pushed before.</summary>
    public async Task StageAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        var rendered = await release.RenderAsync(cancellationToken);
        var key = AwsNames.BundleKey(rendered.Bundle.Hex);
        if (!await account.S3.HasAsync(account.ReleaseBucket, key, cancellationToken))
        {
            await account.S3.PutObjectAsync(
                new PutObjectRequest { BucketName = account.ReleaseBucket, Key = key, FilePath = rendered.PathOf(ReleaseTemplates.BundleFile) }, cancellationToken);
        }
    }

    public async Task PrepareAsync(Manifest manifest, RolloutPace pace, CancellationToken cancellationToken)
    {
        if (pace == RolloutPace.Watched && (await StatusAsync(cancellationToken)).Running.Count > 0)
        {
            await RefuseRaisedAlarmsAsync(cancellationToken);
        }
    }

    /// <remarks>Instances start in the refresh itself; what would make it fail at once is found here, before anything moves.</remarks>
    public async Task StartAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        foreach (var fleet in fleets.All)
        {
            await fleets.RequireAsync(fleet, cancellationToken);
        }
    }

    public async Task<ReleaseId?> ActivateAsync(Manifest manifest, RolloutPace pace, CancellationToken cancellationToken)
    {
        var previous = (await StatusAsync(cancellationToken)).Active;
        await refresh.MoveAsync(manifest.LaunchTemplates, pace, cancellationToken);
        return previous;
    }

    /// <remarks>The refresh has ended the instances of the release before.</remarks>
    public Task RetireAsync(ReleaseId release, bool wait, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<bool> StopAsync(CancellationToken cancellationToken) => refresh.EmptyAsync(cancellationToken);

    public async Task TidyAsync(IReadOnlyList<Manifest> kept, CancellationToken cancellationToken)
    {
        var needed = kept.Concat(kept.Select(static manifest => manifest.Proved).OfType<Manifest>())
            .Select(static manifest => manifest.RenderedFiles.TryGetValue(ReleaseTemplates.BundleFile, out var bundle) ? AwsNames.BundleKey(bundle.Hex) : null)
            .ToHashSet(StringComparer.Ordinal);
        var keys = await account.S3.KeysAsync(account.ReleaseBucket, AwsNames.BundlePrefix, cancellationToken);
        foreach (var bundle in keys.Where(key => key.EndsWith(".tar", StringComparison.Ordinal) && !needed.Contains(key)))
        {
            await account.S3.DeleteObjectAsync(account.ReleaseBucket, bundle, cancellationToken);
        }
    }

    public async Task<IReadOnlyList<string>> LogAsync(ReleaseId? release, string service, CancellationToken cancellationToken) =>
    [
        .. (await account.Services.Logs.TailAsync(AwsNames.LogGroup(account.Environment, service), null, time.GetUtcNow() - LogRange, LogLines, cancellationToken))
            .Select(static line => line.Message),
    ];

    private static ReleaseId? ReleaseOf(IReadOnlyList<Manifest> known, Fleet fleet, LaunchTemplateVersion? template) =>
        known.LastOrDefault(manifest => template is not null
            && (manifest.LaunchTemplates.GetValueOrDefault(fleet.Profile) == template || manifest.Proved?.LaunchTemplates.GetValueOrDefault(fleet.Profile) == template))?.Release;

    /// <summary>A fleet with fewer instances than it must have does not do what the release needs.</summary>
    private static IEnumerable<ServiceState> Missing(FleetState state) => state.Staying.Count() is var count && count < state.Fleet.Minimum
        ? [new ServiceState($"{state.Fleet.Profile}: {count} of {state.Fleet.Minimum}", Pid: null, "stopped", Restarts: 0, MemoryBytes: 0)]
        : [];

    private static ServiceState Describe(FleetState state, GroupInstance instance)
    {
        var target = state.Targets.GetValueOrDefault(instance.Id);
        return new(
            $"{state.Fleet.Profile}/{instance.Id}",
            Pid: null,
            state.Serves(instance) ? ServiceState.Healthy
                : instance.Lifecycle.StartsWith("Pending", StringComparison.Ordinal) || target?.State == "initial" ? "starting" : "unhealthy",
            Restarts: 0,
            MemoryBytes: 0)
        {
            Reason = state.Serves(instance) ? null
                : target?.Description is { } why ? $"{why} ({target.Reason})"
                : $"{instance.Lifecycle}, {instance.Health}{(target is null ? "" : $", target {target.State}")}",
        };
    }

    /// <summary>An alarm that is raised already would take the release back for what it did not do.</summary>
    private async Task RefuseRaisedAlarmsAsync(CancellationToken cancellationToken)
    {
        var names = (await AwsServiceParameters.ReadAsync(account, cancellationToken))?.RolloutAlarms ?? [];
        var raised = (await account.Services.CloudWatch.AlarmsAsync(names, cancellationToken)).Where(static alarm => alarm.State == "ALARM").ToList();
        if (raised.Count > 0)
        {
            throw new RolloutFailedException(
                $"Nothing was moved: {string.Join(", ", raised.Select(static alarm => alarm.Name))} stands in ALARM already ({raised[0].Reason}). "
                + $"Mend that first, or go back: {BuildCommand.Line("Rollback", account.Environment)}");
        }
    }
}
