using System.Text.Json;
using System.Text.Json.Nodes;
using VectorDb.Build.Infrastructure.Plans;

namespace VectorDb.Build.Tests.Infrastructure;

/// <summary>A metric that an alarm, a scaling policy or a dashboard looks at.</summary>
/// <param name="Namespace">For example <c>AWS/RDS</c>.</param>
/// <param name="Name">For example <c>CPUUtilization</c>.</param>
/// <param name="Dimensions">Values by name.</param>
/// <param name="Where">Who looks at it.</param>
internal sealed record UsedMetric(string Namespace, string Name, IReadOnlyDictionary<string, string> Dimensions, string Where)
{
    public string Key => $"{Namespace} {Name} [{Join(Dimensions.Keys)}]";

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

    /// <summary>Whole values that metrics of an environment are published with, by dimension: nothing else is ever found.</summary>
    public static ILookup<string, string> Values(Plan plan, string environment) => plan.Resources
        .SelectMany(static resource => resource.Type switch
        {
            "aws_autoscaling_group" => [("AutoScalingGroupName", Text(resource, "name"))],
            "aws_lb" => [("LoadBalancer", Text(resource, "arn_suffix"))],
            "aws_lb_target_group" => [("TargetGroup", Text(resource, "arn_suffix"))],
            "aws_acm_certificate" => [("CertificateArn", Text(resource, "arn"))],
            "aws_rds_cluster" => [("DBClusterIdentifier", Text(resource, "cluster_identifier"))],
            "aws_elasticache_replication_group" => Texts(resource, "member_clusters", static node => node.GetString()!).Select(static node => ("CacheClusterId", node)),
            "aws_dynamodb_table" => Texts(resource, "global_secondary_index", static index => index.GetProperty("name").GetString()!)
                .Select(static index => ("GlobalSecondaryIndexName", index)).Prepend(("TableName", Text(resource, "name"))),
            _ => Enumerable.Empty<(string, string)>(),
        })
        .Concat([("Environment", environment), ("Role", "WRITER"), ("Role", "READER")])
        .ToLookup(static pair => pair.Item1, static pair => pair.Item2, StringComparer.Ordinal);

    private static string Text(PlannedResource resource, string name) => resource.Values.GetProperty(name).GetString()!;

    private static IEnumerable<string> Texts(PlannedResource resource, string name, Func<JsonElement, string> text) =>
        resource.Values.GetProperty(name).EnumerateArray().Select(text);

    private static UsedMetric OfAlarm(PlannedResource alarm) => new(
        alarm.Values.GetProperty("namespace").GetString()!,
        alarm.Values.GetProperty("metric_name").GetString()!,
        alarm.Values.GetProperty("dimensions").EnumerateObject().ToDictionary(static dimension => dimension.Name, static dimension => dimension.Value.GetString()!),
        alarm.Address);

    private static IEnumerable<UsedMetric> OfPolicy(PlannedResource policy) =>
        from tracking in policy.Values.GetProperty("target_tracking_configuration").EnumerateArray()
        from metric in tracking.GetProperty("customized_metric_specification").EnumerateArray()
        select new UsedMetric(
            metric.GetProperty("namespace").GetString()!,
            metric.GetProperty("metric_name").GetString()!,
            metric.GetProperty("metric_dimension").EnumerateArray()
                .ToDictionary(static dimension => dimension.GetProperty("name").GetString()!, static dimension => dimension.GetProperty("value").GetString()!),
            policy.Address);

    private static IEnumerable<UsedMetric> OfDashboard(PlannedResource dashboard) =>
        from widget in JsonNode.Parse(dashboard.Values.GetProperty("dashboard_body").GetString()!)!["widgets"]!.AsArray()
        from metric in widget!["properties"]?["metrics"]?.AsArray() ?? []
        select OfWidget(metric!.AsArray(), dashboard.Address);

    private static UsedMetric OfWidget(JsonArray metric, string where)
    {
        var texts = metric.Select(static part => part!.GetValue<string>()).ToList();
        return new UsedMetric(texts[0], texts[1], texts.Skip(2).Chunk(2).ToDictionary(static pair => pair[0], static pair => pair[1]), where);
    }

    private static string Join(IEnumerable<string> names) => string.Join(',', names.Order(StringComparer.Ordinal));
}
