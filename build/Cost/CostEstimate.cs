using System.Globalization;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Infrastructure.Plans;

namespace VectorDb.Build.Cost;

/// <summary>What an estimate takes from the settings, because no plan holds it: groups are planned empty, the rollout fills them.</summary>
/// <param name="Region">Of the environment.</param>
/// <param name="Minimum">Instances at least, by profile.</param>
internal sealed record CostInputs(string Region, IReadOnlyDictionary<string, int> Minimum)
{
    public static CostInputs From(EnvironmentSettings settings) => new(
        settings.Require(SettingsCatalogue.Region),
        AwsNames.Profiles.ToDictionary(
            profile => profile,
            profile => settings.Whole(SettingsCatalogue.All.Single(setting => setting.Variable == $"{profile}.minimum")),
            StringComparer.Ordinal));
}

/// <summary>One line of an estimate.</summary>
/// <param name="Before">What runs now costs, dollars a month.</param>
/// <param name="After">What will run costs.</param>
/// <param name="Detail">What will run.</param>
internal sealed record CostComponent(string Name, decimal Before, decimal After, string Detail);

/// <summary>What an environment costs a month at its least size and an assumed use, and how much of that a plan changes.</summary>
/// <param name="Components">The dearest first.</param>
/// <param name="Unpriced">Resources that cost something, or may, and are not in the sums.</param>
/// <param name="Assumptions">The use that is in the sums.</param>
/// <param name="Caveats">What else to know.</param>
internal sealed record CostEstimate(
    IReadOnlyList<CostComponent> Components, IReadOnlyList<string> Unpriced, IReadOnlyList<string> Assumptions, IReadOnlyList<string> Caveats)
{
    public decimal Before => Components.Sum(component => component.Before);

    public decimal After => Components.Sum(component => component.After);

    /// <summary>The estimate in the plan's summary.</summary>
    public IEnumerable<string> Lines
    {
        get
        {
            yield return $"cost: {Usd(After)} a month, {(After == Before ? "no change" : $"{(After > Before ? "+" : "-")}{Usd(Math.Abs(After - Before))}")}";
            foreach (var component in Components)
            {
                var change = component.After == component.Before ? "" : string.Create(CultureInfo.InvariantCulture, $" ({component.After - component.Before:+0.00;-0.00})");
                yield return string.Create(CultureInfo.InvariantCulture, $"  {component.After,8:0.00}  {component.Name}{change}{(component.Detail.Length > 0 ? $": {component.Detail}" : "")}");
            }

            foreach (var resource in Unpriced)
            {
                yield return $"  unpriced: {resource}";
            }

            yield return $"  assumed a month: {string.Join("; ", Assumptions)}";
            foreach (var caveat in Caveats)
            {
                yield return $"  {caveat}";
            }
        }
    }

    /// <param name="plans">Of one environment; usually the service's.</param>
    public static CostEstimate Of(CostInputs inputs, PriceTable prices, params IReadOnlyList<Plan> plans)
    {
        // What runs is counted as it is, what is planned at the least that the settings ask for.
        var before = new ResourcePrices(prices, static group => (int)(group.Values.Number("min_size") ?? 0));
        var after = new ResourcePrices(prices, group => inputs.Minimum.TryGetValue(ProfileOf(group), out var least) ? least : (int)(group.Values.Number("min_size") ?? 0));
        before.Add([.. plans.SelectMany(Prior)]);
        PlannedResource[] planned = [.. plans.SelectMany(static plan => plan.Resources)];
        after.Add(planned);

        var components = after.Items.Concat(before.Items).Select(static item => item.Component).Distinct(StringComparer.Ordinal)
            .Select(name => new CostComponent(name, Sum(before, name), Sum(after, name), DetailOf(after, name)))
            .Where(static component => component.Before + component.After > 0)
            .OrderByDescending(static component => component.After).ThenBy(static component => component.Name, StringComparer.Ordinal);
        var types = planned.Select(static resource => resource.Type).ToHashSet(StringComparer.Ordinal);
        return new CostEstimate([.. components], after.Unpriced, [.. prices.Usage.Where(usage => types.Contains(usage.With)).Select(static usage => usage.Text)], [.. CaveatsOf(inputs, prices)]);
    }

    private static IEnumerable<string> CaveatsOf(CostInputs inputs, PriceTable prices)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"prices of {prices.Region} of {prices.Date:yyyy-MM-dd}, on demand; traffic to the internet, tax and the embeddings provider are not in it");
        if (inputs.Region != prices.Region)
        {
            yield return $"{inputs.Region} has other prices than {prices.Region}, most of them higher: take this as an order of magnitude";
        }
    }

    /// <summary>What there is before the plan is applied, drift included.</summary>
    private static IEnumerable<PlannedResource> Prior(Plan plan)
    {
        var changes = plan.Changes.ToDictionary(static change => change.Address, StringComparer.Ordinal);
        var kept = plan.Resources.Where(resource => !changes.TryGetValue(resource.Address, out var change) || change.Action != ChangeAction.Create)
            .Select(resource => changes.TryGetValue(resource.Address, out var change) ? resource with { Values = change.Before } : resource);
        var gone = plan.Changes.Where(static change => change.Action == ChangeAction.Delete)
            .Select(static change => new PlannedResource(change.Address, change.Type, change.Before, new HashSet<string>(StringComparer.Ordinal)));
        return kept.Concat(gone);
    }

    private static string ProfileOf(PlannedResource group) => group.Values.Text("name")?.Split('-')[^1] ?? "";

    private static decimal Sum(ResourcePrices prices, string component) => prices.Items.Where(item => item.Component == component).Sum(static item => item.Usd);

    private static string DetailOf(ResourcePrices prices, string component) => string.Join(", ", prices.Items
        .Where(item => item.Component == component && item is { What: not null, Usd: > 0 })
        .GroupBy(static item => item.What!, static item => item.Quantity, StringComparer.Ordinal)
        .Select(static same => Counted(same.Sum(), same.Key)));

    private static string Counted(decimal quantity, string what) => string.Create(
        CultureInfo.InvariantCulture, $"{quantity:0.##} {what}{(quantity == 1 || what.StartsWith("GB ", StringComparison.Ordinal) ? "" : what.EndsWith('s') ? "es" : "s")}");

    private static string Usd(decimal amount) => string.Create(CultureInfo.InvariantCulture, $"{amount:0.00} USD");
}
