using VectorDb.Build.Infrastructure.Plans;
using VectorDb.Build.Infrastructure.Policy;

namespace VectorDb.Build.Infrastructure;

/// <summary>Plans, judges and applies one root.</summary>
/// <param name="terraform">The root.</param>
/// <param name="waivers">Path of the waivers.</param>
/// <param name="time">Tells which waivers have expired.</param>
internal sealed class InfrastructureChange(Terraform terraform, string waivers, TimeProvider time)
{
    /// <param name="inputs">What the approval covers beside the resources: image digests, hashes of rendered files, settings.</param>
    /// <param name="destroy">Whether to plan the end of everything: then the policy is not asked, the typed confirmation is.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<PlannedChange> PlanAsync(IReadOnlyDictionary<string, string> inputs, bool destroy, CancellationToken cancellation)
    {
        var saved = await terraform.PlanAsync(destroy ? "destroy" : "change", destroy, cancellation);
        using var document = await terraform.ShowAsync(saved, cancellation);
        var plan = PlanReader.Read(document.RootElement);
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var findings = destroy ? [] : PolicyCheck.Judge(plan, Waiver.Read(waivers), today);
        return new PlannedChange(saved, plan, PlanHash.Of(plan, inputs), [.. findings.Select(finding => WithRepair(finding, plan))]);
    }

    /// <summary>Applies the plan that was judged, and no other.</summary>
    /// <param name="change">The plan.</param>
    /// <param name="say">Told what takes long.</param>
    /// <param name="cancellation">Interrupts Terraform, which ends what it has begun.</param>
    /// <exception cref="PolicyException">The plan breaks a rule.</exception>
    public async Task ApplyAsync(PlannedChange change, Action<string> say, CancellationToken cancellation)
    {
        if (change.Findings.Count > 0)
        {
            throw new PolicyException(change.Findings);
        }

        if (change.Saved.HasChanges)
        {
            await terraform.ApplyAsync(change.Saved, say, cancellation);
        }
    }

    private PolicyFinding WithRepair(PolicyFinding finding, Plan plan) => plan.Changes.Any(change => change.IsTainted && change.Address == finding.Address)
        ? finding with { Detail = $"{finding.Detail}; where AWS has made it all the same, keep it ({terraform.Repair.Keep(finding.Address)}) and run this again" }
        : finding;
}

/// <summary>A plan may not be applied: it breaks rules that no waiver covers.</summary>
internal sealed class PolicyException(IReadOnlyList<PolicyFinding> findings) : Exception(
    $"""
    The plan breaks {findings.Count} rule(s); nothing was applied:
    {string.Join('\n', findings.Select(static finding => $"  {finding}"))}
    Change the configuration, or add a waiver with a reason and an end to terraform/policy-waivers.json.
    """);
