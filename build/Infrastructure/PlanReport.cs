using VectorDb.Build.Infrastructure.Plans;

namespace VectorDb.Build.Infrastructure;

/// <summary>A plan in the words of whoever has to approve it.</summary>
internal static class PlanReport
{
    private const int Listed = 12;

    public static IEnumerable<string> Lines(string root, PlannedChange change)
    {
        var summary = change.Plan.Summary;
        yield return $"{root}: {summary}";
        foreach (var line in Listing("change", summary.Update).Concat(Listing("replace", summary.Replace)).Concat(Listing("destroy", summary.Delete)))
        {
            yield return line;
        }

        foreach (var stateful in summary.Stateful)
        {
            yield return $"  holds data: {stateful.Address} ({stateful.Action.ToString().ToLowerInvariant()})";
        }

        foreach (var drift in summary.Drift)
        {
            yield return $"  changed behind Terraform's back: {drift}";
        }

        var created = change.Plan.Changes.Where(static each => each.Action == ChangeAction.Create).GroupBy(static each => each.Type);
        foreach (var group in created.OrderByDescending(static group => group.Count()).Take(Listed))
        {
            yield return $"  create {group.Count(),3} {group.Key}";
        }

        foreach (var finding in change.Findings)
        {
            yield return $"  policy: {finding}";
        }

        yield return $"  approval: {change.Hash}";
    }

    private static IEnumerable<string> Listing(string verb, IReadOnlyList<string> addresses) =>
        addresses.Take(Listed).Select(address => $"  {verb} {address}")
            .Concat(addresses.Count > Listed ? [$"  {verb} {addresses.Count - Listed} more"] : []);
}
