namespace VectorDb.Build.Infrastructure.Policy;

/// <summary>What people need to run the service.</summary>
internal static class OperationRules
{
    private static readonly string[] RequiredTags = ["Project", "Environment", "ManagedBy"];

    public static IReadOnlyList<PolicyRule> All { get; } =
    [
        new(
            "missing-tags",
            "Everything that costs money says whose it is: Project, Environment and ManagedBy.",
            static plan => from resource in plan.Resources
                           let attributes = new Attributes(resource.Values, resource.Configured)
                           where attributes.Has("tags_all") || IsKnownToTag(resource.Type)
                           let missing = RequiredTags.Where(tag => !attributes.Names("tags_all").Contains(tag)).ToList()
                           where missing.Count > 0
                           select new Offence(resource.Address, $"has no tag {string.Join(", ", missing)}")),
        PolicyRule.ForEach(
            "endless-logs",
            "Logs end: a log group has a retention (CKV_AWS_66).",
            ["aws_cloudwatch_log_group"],
            static group => group.Number("retention_in_days") > 0 ? null : "keeps its lines for ever"),
        PolicyRule.ForEach(
            "silent-alarm",
            "An alarm tells somebody.",
            ["aws_cloudwatch_metric_alarm"],
            static alarm => alarm.IsLeftOut("alarm_actions") ? "tells nobody" : null),
        PolicyRule.ForEach(
            "alarm-without-runbook",
            "Whoever is woken by an alarm finds in its description what to do.",
            ["aws_cloudwatch_metric_alarm"],
            static alarm => alarm.Text("alarm_description") is null ? "has no description" : null),
    ];

    private static bool IsKnownToTag(string type) => type is "aws_vpc" or "aws_s3_bucket" or "aws_dynamodb_table" or "aws_rds_cluster" or "aws_elasticache_replication_group";
}
