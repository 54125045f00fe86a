using VectorDb.Build.Infrastructure.Plans;

namespace VectorDb.Build.Infrastructure.Policy;

/// <summary>What is written, and what travels, in the clear.</summary>
internal static class EncryptionRules
{
    private static readonly string[] BucketParts =
    [
        "aws_s3_bucket_policy", "aws_s3_bucket_public_access_block", "aws_s3_bucket_server_side_encryption_configuration", "aws_s3_bucket_versioning",
    ];

    public static IReadOnlyList<PolicyRule> All { get; } =
    [
        PolicyRule.ForEach(
            "unencrypted-database",
            "Databases encrypt their storage; it cannot be switched on later.",
            ["aws_rds_cluster", "aws_db_instance"],
            static database => database.IsTrue("storage_encrypted") ? null : "storage is not encrypted"),
        PolicyRule.ForEach(
            "unencrypted-cache",
            "The cache encrypts at rest and in transit (CKV_AWS_29, CKV_AWS_30).",
            ["aws_elasticache_replication_group"],
            static cache => IsOn(cache, "at_rest_encryption_enabled") && IsOn(cache, "transit_encryption_enabled") ? null : "is not encrypted at rest and in transit"),
        PolicyRule.ForEach(
            "cache-without-login",
            "Whoever reaches the cache must log in: give it a user group. A token here would lie in the state.",
            ["aws_elasticache_replication_group"],
            static cache => !string.IsNullOrEmpty(cache.Text("auth_token")) ? "has its token in the state" : cache.IsLeftOut("user_group_ids") ? "has no user group" : null),
        PolicyRule.ForEach(
            "unencrypted-disk",
            "Disks of instances are encrypted.",
            ["aws_launch_template"],
            static template => template.Blocks("block_device_mappings").SelectMany(static mapping => mapping.Blocks("ebs")).Any(static disk => !IsOn(disk, "encrypted")) ? "has a disk in the clear" : null),
        PolicyRule.ForEach(
            "unencrypted-table",
            "Tables are encrypted with the environment's key.",
            ["aws_dynamodb_table"],
            static table => table.Blocks("server_side_encryption").Any(static block => block.IsTrue("enabled")) ? null : "has no key of the environment"),
        PolicyRule.ForEach(
            "unencrypted-registry",
            "Repositories encrypt with KMS (CKV_AWS_136).",
            ["aws_ecr_repository"],
            static repository => repository.Blocks("encryption_configuration").Any(static block => block.Text("encryption_type") == "KMS") ? null : "does not encrypt with KMS"),
        PolicyRule.ForEach(
            "key-without-rotation",
            "Keys rotate every year.",
            ["aws_kms_key"],
            static key => key.IsTrue("enable_key_rotation") ? null : "does not rotate"),
        PolicyRule.ForEach(
            "secret-in-state",
            "A secret's value is given as a write-only argument, or outside Terraform: what is here lies in the state for ever.",
            ["aws_secretsmanager_secret_version", "aws_ssm_parameter", "aws_rds_cluster", "aws_db_instance", "aws_elasticache_user"],
            static resource => resource switch
            {
                _ when resource.Text("type") == "SecureString" && !string.IsNullOrEmpty(resource.Text("value")) => "has its value in the state",
                _ when new[] { "secret_string", "secret_binary", "master_password", "password" }.Any(name => !string.IsNullOrEmpty(resource.Text(name))) => "has its value in the state",
                _ when resource.Texts("passwords").Count > 0 || resource.Blocks("authentication_mode").Any(static mode => mode.Texts("passwords").Count > 0) => "has its password in the state",
                _ => null,
            }),
        new(
            "bucket-incomplete",
            "A bucket blocks public access, keeps versions, encrypts, and refuses what does not come over TLS.",
            static plan => from bucket in plan.Resources
                           where bucket.Type == "aws_s3_bucket"
                           let present = plan.Resources.Where(each => PlaceOf(each) == PlaceOf(bucket)).Select(static each => each.Type)
                           let missing = BucketParts.Except(present, StringComparer.Ordinal).ToList()
                           where missing.Count > 0
                           select new Offence(bucket.Address, $"has no {string.Join(", no ", missing)} of the same name beside it")),
    ];

    // Module, name and index: what a bucket and its parts have in common.
    private static string PlaceOf(PlannedResource resource) => resource.Address.Replace($"{resource.Type}.", "", StringComparison.Ordinal);

    // Some attributes are booleans, and some texts that say true.
    private static bool IsOn(Attributes resource, string name) => resource.IsTrue(name) || resource.Text(name) == "true";
}
