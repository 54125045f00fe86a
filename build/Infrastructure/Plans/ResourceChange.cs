using System.Text.Json;

namespace VectorDb.Build.Infrastructure.Plans;

/// <summary>What a plan does to a resource.</summary>
internal enum ChangeAction
{
    Create,
    Update,
    Replace,
    Delete,
}

/// <summary>One resource of a plan that changes.</summary>
/// <param name="Address">For example <c>module.cache.aws_elasticache_replication_group.this</c>.</param>
/// <param name="Type">For example <c>aws_elasticache_replication_group</c>.</param>
/// <param name="Action">What is done.</param>
/// <param name="Before">Its attributes as they are; undefined for a new one.</param>
/// <param name="After">Its attributes as planned, without those that are known only after the apply; undefined for a deleted one.</param>
/// <param name="ReplacePaths">The attributes that cannot change in place, for a replacement.</param>
internal sealed record ResourceChange(
    string Address, string Type, ChangeAction Action, JsonElement Before, JsonElement After, IReadOnlyList<string> ReplacePaths)
{
    /// <summary>Whether it is replaced only because its making was interrupted.</summary>
    public bool IsTainted { get; init; }

    /// <summary>Whether losing it loses data.</summary>
    public bool IsStateful => StatefulResources.Types.Contains(Type);

    /// <summary>Whether the connections of instances go with it.</summary>
    public bool CarriesTraffic => Type is "aws_subnet" or "aws_nat_gateway" or "aws_eip";

    /// <summary>Whether the thing that exists now is gone afterwards.</summary>
    public bool Destroys => Action is ChangeAction.Delete or ChangeAction.Replace;
}

/// <summary>The types of resources that hold what cannot be made again.</summary>
internal static class StatefulResources
{
    public static IReadOnlySet<string> Types { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "aws_backup_vault", "aws_cloudwatch_log_group", "aws_db_instance", "aws_dynamodb_table", "aws_ecr_repository", "aws_efs_file_system",
        "aws_elasticache_replication_group", "aws_kms_key", "aws_rds_cluster", "aws_rds_cluster_instance", "aws_s3_bucket",
        "aws_secretsmanager_secret",
    };
}
