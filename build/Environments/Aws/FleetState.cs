using VectorDb.Build.Aws;

namespace VectorDb.Build.Environments.Aws;

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
