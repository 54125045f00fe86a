using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VectorDb.Build.Infrastructure.Plans;

namespace VectorDb.Build.Tests.Infrastructure;

/// <summary>A metric that an alarm, a scaling policy or a dashboard looks at.</summary>
/// <param name="Namespace">For example <c>AWS/RDS</c>.</param>
/// <param name="Name">For example <c>CPUUtilization</c>.</param>
/// <param name="Dimensions">Names in order, joined by commas.</param>
/// <param name="Where">Who looks at it.</param>
internal sealed record UsedMetric(string Namespace, string Name, string Dimensions, string Where)
{
    public string Key => $"{Namespace} {Name} [{Dimensions}]";

    public static IEnumerable<UsedMetric> Of(Plan plan) => plan.Resources.SelectMany(static resource => resource.Type switch
    {
        "aws_cloudwatch_metric_alarm" => [OfAlarm(resource)],
        "aws_autoscaling_policy" => OfPolicy(resource),
        "aws_cloudwatch_dashboard" => OfDashboard(resource),
        _ => [],
    });

    /// <summary>The committed list, as keys.</summary>
    public static IReadOnlySet<string> Published() => (
           from entry in JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "VectorDb.Build.Tests", "Infrastructure", "published-metrics.json")))!.AsArray()
           from metric in entry!["metrics"]!.AsArray()
           from dimensions in entry["dimensions"]!.AsArray()
           select $"{entry["namespace"]} {metric} [{Join(dimensions!.AsArray().Select(static name => name!.GetValue<string>()))}]")
        .ToHashSet(StringComparer.Ordinal);

    private static UsedMetric OfAlarm(PlannedResource alarm) => new(
        alarm.Values.GetProperty("namespace").GetString()!,
        alarm.Values.GetProperty("metric_name").GetString()!,
        Join(alarm.Values.GetProperty("dimensions").EnumerateObject().Select(static dimension => dimension.Name)),
        alarm.Address);

    private static IEnumerable<UsedMetric> OfPolicy(PlannedResource policy) =>
        from tracking in policy.Values.GetProperty("target_tracking_configuration").EnumerateArray()
        from metric in tracking.GetProperty("customized_metric_specification").EnumerateArray()
        select new UsedMetric(
            metric.GetProperty("namespace").GetString()!,
            metric.GetProperty("metric_name").GetString()!,
            Join(metric.GetProperty("metric_dimension").EnumerateArray().Select(static dimension => dimension.GetProperty("name").GetString()!)),
            policy.Address);

    private static IEnumerable<UsedMetric> OfDashboard(PlannedResource dashboard) =>
        from widget in JsonNode.Parse(dashboard.Values.GetProperty("dashboard_body").GetString()!)!["widgets"]!.AsArray()
        from metric in widget!["properties"]?["metrics"]?.AsArray() ?? []
        from used in metric is JsonArray array ? OfWidget(array, dashboard.Address) : []
        select used;

    private static IEnumerable<UsedMetric> OfWidget(JsonArray metric, string where)
    {
        if (metric[0] is JsonObject expression)
        {
            // SEARCH('{namespace,dimension,...} MetricName=("a" OR "b") ...', ...)
            var search = expression["expression"]!.GetValue<string>();
            var schema = Regex.Match(search, @"\{([^}]+)\}").Groups[1].Value.Split(',', StringSplitOptions.TrimEntries);
            var names = Regex.Match(search, @"MetricName=(\([^)]*\)|\S+)").Groups[1].Value;
            return Regex.Matches(names, "\\w+").Select(static match => match.Value).Where(static name => name != "OR").Select(name => new UsedMetric(schema[0], name, Join(schema[1..]), where));
        }

        var texts = metric.Where(static part => part is JsonValue value && value.GetValueKind() == JsonValueKind.String).Select(static part => part!.GetValue<string>()).ToList();
        return [new UsedMetric(texts[0], texts[1], Join(texts.Skip(2).Where(static (_, index) => index % 2 == 0)), where)];
    }

    private static string Join(IEnumerable<string> names) => string.Join(',', names.Order(StringComparer.Ordinal));
}
