using System.Text.RegularExpressions;

namespace VectorDb.Build.Infrastructure.Policy;

/// <summary>How instances start and are replaced.</summary>
internal static partial class ComputeRules
{
    private const int UserDataLimit = 16_384;

    public static IReadOnlyList<PolicyRule> All { get; } =
    [
        PolicyRule.ForEach(
            "metadata-v1",
            "Instances demand IMDSv2, and let it reach containers (hop limit 2).",
            ["aws_launch_template"],
            static template => template.Blocks("metadata_options") is [var options] && options.Text("http_tokens") == "required" && options.Number("http_put_response_hop_limit") == 2
                ? null
                : "allows IMDSv1, or its hop limit is not 2"),
        PolicyRule.ForEach(
            "floating-image",
            "A launch template names its machine image by a literal id: an alias makes a rollback boot another image.",
            ["aws_launch_template"],
            static template => template.Text("image_id") is { } image && !LiteralImage().IsMatch(image) ? $"names {image}" : null),
        PolicyRule.ForEach(
            "ssh-key",
            "Nobody logs in with a key: Session Manager asks who it is and writes it down.",
            ["aws_launch_template", "aws_instance"],
            static template => string.IsNullOrEmpty(template.Text("key_name")) ? null : $"installs the key {template.Text("key_name")}"),
        PolicyRule.ForEach(
            "user-data-size",
            "EC2 takes at most 16,384 bytes of user data.",
            ["aws_launch_template"],
            static template => template.Text("user_data") is { } data && Decoded(data).Length > UserDataLimit ? $"has {Decoded(data).Length} bytes" : null),
        PolicyRule.ForEach(
            "refresh-in-terraform",
            "The rollout replaces instances: it waits, watches and takes back, which a refresh inside Terraform does not.",
            ["aws_autoscaling_group"],
            static group => group.Blocks("instance_refresh").Count > 0 ? "has an instance_refresh block" : null),
        PolicyRule.ForEach(
            "group-replacement",
            "A group behind a load balancer believes its health check, and replaces new before old.",
            ["aws_autoscaling_group"],
            static group => group switch
            {
                _ when group.Texts("target_group_arns").Count > 0 && group.Text("health_check_type") != "ELB" => "does not believe the load balancer",
                _ when group.Blocks("instance_maintenance_policy") is not [var policy] || policy.Number("min_healthy_percentage") < 100 => "may replace old before new",
                _ => null,
            }),
    ];

    private static byte[] Decoded(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : System.Text.Encoding.UTF8.GetBytes(base64);
    }

    [GeneratedRegex("^ami-[0-9a-f]{8,17}$", RegexOptions.None, 1000)]
    private static partial Regex LiteralImage();
}
