using VectorDb.Build.Infrastructure.Plans;

namespace VectorDb.Build.Infrastructure.Policy;

/// <summary>Judges a plan before it may be applied.</summary>
internal static class PolicyCheck
{
    public static IReadOnlyList<PolicyRule> Rules { get; } =
    [
        .. NetworkRules.All, .. EncryptionRules.All, .. ComputeRules.All, .. IdentityRules.All, .. DurabilityRules.All, .. OperationRules.All,
    ];

    /// <returns>What no waiver covers, and what is wrong with the waivers themselves. Empty means that the plan may be applied.</returns>
    public static IReadOnlyList<PolicyFinding> Judge(Plan plan, IReadOnlyList<Waiver> waivers, DateOnly today)
    {
        var offences = Rules.SelectMany(rule => rule.Check(plan).Select(offence => (rule, offence))).ToList();
        var valid = waivers.Where(waiver => waiver.Expires >= today).ToList();
        return
        [
            .. from broken in offences
               where !valid.Exists(waiver => waiver.Covers(broken.rule.Id, broken.offence.Address))
               select new PolicyFinding(broken.rule.Id, broken.rule.Reason, broken.offence.Address, broken.offence.Detail),
            .. from waiver in waivers.Except(valid)
               select new PolicyFinding("waiver-expired", "Renew it with a new reason, or remove it.", waiver.Resource, $"the waiver of {waiver.Rule} ended on {waiver.Expires:O}"),
            .. from waiver in valid
               where !Rules.Any(rule => rule.Id == waiver.Rule)
               select new PolicyFinding("waiver-unknown", "A waiver names one of the rules by its id.", waiver.Resource, $"there is no rule '{waiver.Rule}'"),
        ];
    }
}
