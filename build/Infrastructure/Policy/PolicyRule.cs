using VectorDb.Build.Infrastructure.Plans;

namespace VectorDb.Build.Infrastructure.Policy;

/// <summary>Something that a plan must not do.</summary>
/// <param name="Id">What a waiver names, for example <c>open-port</c>.</param>
/// <param name="Reason">Why, and what to do instead, in one sentence.</param>
/// <param name="Check">Finds the offences in a plan: address of the resource, and what exactly offends.</param>
internal sealed record PolicyRule(string Id, string Reason, Func<Plan, IEnumerable<Offence>> Check)
{
    /// <summary>A rule about every planned resource of some types, changed or not.</summary>
    /// <param name="id">What a waiver names.</param>
    /// <param name="reason">Why.</param>
    /// <param name="types">The types of resources it looks at.</param>
    /// <param name="offence">What offends, or null.</param>
    public static PolicyRule ForEach(string id, string reason, string[] types, Func<Attributes, string?> offence) => new(
        id,
        reason,
        plan => from resource in plan.Resources
                where types.Contains(resource.Type, StringComparer.Ordinal)
                let detail = offence(new Attributes(resource.Values, resource.Configured))
                where detail is not null
                select new Offence(resource.Address, detail));
}

/// <summary>One place that breaks a rule.</summary>
internal sealed record Offence(string Address, string Detail);

/// <summary>A broken rule that no waiver covers.</summary>
/// <param name="Rule">Its id.</param>
/// <param name="Reason">Why the rule is there.</param>
/// <param name="Address">The resource, or the waiver that has expired.</param>
/// <param name="Detail">What exactly offends.</param>
internal sealed record PolicyFinding(string Rule, string Reason, string Address, string Detail)
{
    public override string ToString() => $"{Rule}: {Address}: {Detail}. {Reason}";
}
