using VectorDb.Build.CommandLine;

namespace VectorDb.Build.Environments.Aws;

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
            $"There is no group {fleet.Group}. Make it: {BuildCommand.Line("TerraformApply", account.Environment)}");
}
