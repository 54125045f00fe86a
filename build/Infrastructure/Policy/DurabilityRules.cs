using VectorDb.Build.Infrastructure.Plans;

namespace VectorDb.Build.Infrastructure.Policy;

/// <summary>What must not be lost.</summary>
internal static class DurabilityRules
{
    public static IReadOnlyList<PolicyRule> All { get; } =
    [
        new(
            "stateful-destroyed",
            "Destroying or replacing what holds data needs a waiver that names it.",
            static plan => from change in plan.Changes
                           where change is { IsStateful: true, Destroys: true }
                           select new Offence(change.Address, change switch
                           {
                               { IsTainted: true } => "is replaced because its making was interrupted",
                               { Action: ChangeAction.Replace } => $"is replaced because of {string.Join(", ", change.ReplacePaths)}",
                               _ => "is destroyed",
                           })),
        PolicyRule.ForEach(
            "table-recovery",
            "Tables can be brought back to any second of the last 35 days (CKV_AWS_28).",
            ["aws_dynamodb_table"],
            static table => table.Blocks("point_in_time_recovery").Any(static block => block.IsTrue("enabled")) ? null : "has no point-in-time recovery"),
        PolicyRule.ForEach(
            "database-backup",
            "Databases keep backups for seven days at least.",
            ["aws_rds_cluster", "aws_db_instance"],
            static database => database.Number("backup_retention_period") >= 7 ? null : "keeps backups for less than seven days"),
        PolicyRule.ForEach(
            "cache-single-node",
            "The queue survives its machine: two nodes, failover, two zones (CKV2_AWS_50), snapshots.",
            ["aws_elasticache_replication_group"],
            static cache => cache.IsTrue("automatic_failover_enabled") && cache.IsTrue("multi_az_enabled") && cache.Number("snapshot_retention_limit") > 0 ? null : "has no failover over zones, or no snapshots"),
        PolicyRule.ForEach(
            "mutable-images",
            "Tags of images never move (CKV_AWS_51), and images are scanned when pushed (CKV_AWS_163).",
            ["aws_ecr_repository"],
            static repository => repository.Text("image_tag_mutability") == "IMMUTABLE" && repository.Blocks("image_scanning_configuration").Any(static block => block.IsTrue("scan_on_push"))
                ? null
                : "has movable tags, or does not scan"),
        PolicyRule.ForEach(
            "expiring-releases",
            "A registry's life cycle expires untagged images only: any other rule can delete the digest that a rollback needs.",
            ["aws_ecr_lifecycle_policy"],
            static policy => policy.Text("policy") is { } text && (text.Contains("\"tagged\"", StringComparison.Ordinal) || text.Contains("\"any\"", StringComparison.Ordinal)) ? "expires tagged images" : null),
    ];
}
