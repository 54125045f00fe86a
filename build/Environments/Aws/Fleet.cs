using VectorDb.Build.Aws;
using VectorDb.Build.Environments.Settings;

namespace VectorDb.Build.Environments.Aws;

/// <summary>The instances of one profile: an Auto Scaling group.</summary>
/// <param name="Profile"><c>web</c> or <c>worker</c>.</param>
/// <param name="Group">Name of the group.</param>
/// <param name="IsBalanced">Whether the load balancer sends to it, and so knows its health.</param>
internal sealed record Fleet(string Profile, string Group, int Minimum, int Maximum, bool IsBalanced)
{
    /// <summary>Web and worker move together or not at all.</summary>
    public static IReadOnlyList<Fleet> Of(AwsAccount account) =>
    [
        new(AwsNames.Web, AwsNames.Group(account.Environment, AwsNames.Web),
            account.Settings.Whole(SettingsCatalogue.WebMinimum), account.Settings.Whole(SettingsCatalogue.WebMaximum), IsBalanced: true),
        new(AwsNames.Worker, AwsNames.Group(account.Environment, AwsNames.Worker),
            account.Settings.Whole(SettingsCatalogue.WorkerMinimum), account.Settings.Whole(SettingsCatalogue.WorkerMaximum), IsBalanced: false),
    ];
}

/// <summary>A fleet as it is now.</summary>
/// <param name="Targets">Health of its instances as the load balancer sees it, by instance; empty for a fleet that is not balanced.</param>
internal sealed record FleetState(Fleet Fleet, AutoScalingGroup Group, IReadOnlyDictionary<string, TargetHealth> Targets)
{
    public bool IsEmpty => Group.Desired == 0 && Group.Instances.Count == 0;

    /// <summary>Those that are not on their way out.</summary>
    public IEnumerable<GroupInstance> Staying => Group.Instances.Where(static instance => !instance.Lifecycle.StartsWith("Terminating", StringComparison.Ordinal));

    public bool Serves(GroupInstance instance) =>
        instance is { Lifecycle: "InService", Health: "Healthy" }
        && (!Fleet.IsBalanced || Targets.GetValueOrDefault(instance.Id)?.State == "healthy");
}

/// <summary>Looks at the fleets of an environment.</summary>
internal sealed class Fleets(AwsAccount account)
{
    private string? _targetGroup;

    public IReadOnlyList<Fleet> All { get; } = Fleet.Of(account);

    /// <returns>Null where Terraform has made no such group yet.</returns>
    public async Task<FleetState?> LookAsync(Fleet fleet, CancellationToken cancellationToken)
    {
        if (await account.Services.AutoScaling.FindGroupAsync(fleet.Group, cancellationToken) is not { } group)
        {
            return null;
        }

        _targetGroup ??= (await AwsServiceParameters.ReadAsync(account, cancellationToken))?.TargetGroup;
        var targets = fleet.IsBalanced && _targetGroup is { } arn
            ? await account.Services.LoadBalancing.TargetHealthAsync(arn, cancellationToken)
            : [];
        return new FleetState(fleet, group, targets.DistinctBy(static target => target.TargetId).ToDictionary(static target => target.TargetId, StringComparer.Ordinal));
    }

    /// <exception cref="InvalidOperationException">Terraform has made no such group yet.</exception>
    public async Task<FleetState> RequireAsync(Fleet fleet, CancellationToken cancellationToken) =>
        await LookAsync(fleet, cancellationToken) ?? throw new InvalidOperationException(
            $"There is no group {fleet.Group}. Make it: ./build.sh --target=TerraformApply --environment={account.Environment}");
}
