namespace VectorDb.Build.Infrastructure.Policy;

/// <summary>Who can reach what.</summary>
internal static class NetworkRules
{
    private const decimal Http = 80;
    private const decimal Https = 443;

    public static IReadOnlyList<PolicyRule> All { get; } =
    [
        PolicyRule.ForEach(
            "open-port",
            "Only ports 80 and 443 may be open to the world; use Session Manager instead of SSH.",
            ["aws_vpc_security_group_ingress_rule", "aws_security_group_rule"],
            static rule => IsIngress(rule) && IsWorld(rule) && !IsWeb(rule) ? "open to the world" : null),
        PolicyRule.ForEach(
            "inline-security-rules",
            "Rules inside a security group hide from review and fight with rules beside it: use aws_vpc_security_group_ingress_rule.",
            ["aws_security_group"],
            static group => group.IsConfigured("ingress") || group.IsConfigured("egress") ? "has rules inside" : null),
        PolicyRule.ForEach(
            "default-group-open",
            "A VPC's default security group lets nothing through, so that forgetting a group fails closed.",
            ["aws_default_security_group"],
            static group => group.Blocks("ingress").Concat(group.Blocks("egress")).Any() ? "lets traffic through" : null),
        PolicyRule.ForEach(
            "public-address",
            "Instances live in private subnets; only the load balancer is public.",
            ["aws_subnet", "aws_db_instance", "aws_rds_cluster_instance"],
            static resource => resource.IsTrue("map_public_ip_on_launch") || resource.IsTrue("publicly_accessible") ? "gives out public addresses" : null),
        PolicyRule.ForEach(
            "plain-listener",
            "A listener without TLS may only redirect to HTTPS.",
            ["aws_lb_listener"],
            static listener => listener.Text("protocol") == "HTTP" && !listener.Blocks("default_action").All(RedirectsToHttps) ? "forwards plain HTTP" : null),
        PolicyRule.ForEach(
            "old-tls",
            "HTTPS listeners use ELBSecurityPolicy-TLS13-1-2-Res-2021-06: TLS 1.2 and 1.3 with forward secrecy.",
            ["aws_lb_listener"],
            static listener => listener.Text("protocol") == "HTTPS" && listener.Text("ssl_policy") != "ELBSecurityPolicy-TLS13-1-2-Res-2021-06" ? $"uses {listener.Text("ssl_policy") ?? "the default policy"}" : null),
        PolicyRule.ForEach(
            "balancer-hardening",
            "A load balancer drops invalid headers (CKV_AWS_131), mitigates desync (CKV_AWS_328) and logs accesses (CKV_AWS_91).",
            ["aws_lb"],
            static balancer => balancer switch
            {
                _ when !balancer.IsTrue("drop_invalid_header_fields") => "keeps invalid headers",
                _ when balancer.Text("desync_mitigation_mode") is not ("defensive" or "strictest") => "does not mitigate desync",
                _ when !balancer.Blocks("access_logs").Any(static logs => logs.IsTrue("enabled")) => "logs no accesses",
                _ => null,
            }),
        PolicyRule.ForEach(
            "balancer-zones",
            "A load balancer needs subnets in two zones; AWS refuses one with fewer.",
            ["aws_lb"],
            static balancer => balancer.Has("subnets") && balancer.Texts("subnets").Count < 2 ? "has fewer than two subnets" : null),
        PolicyRule.ForEach(
            "slow-start-with-least-outstanding",
            "AWS refuses a slow start together with the least-outstanding-requests algorithm.",
            ["aws_lb_target_group"],
            static group => group.Text("load_balancing_algorithm_type") == "least_outstanding_requests" && group.Number("slow_start") > 0 ? "has both" : null),
    ];

    private static bool IsIngress(Attributes rule) => rule.Text("type") is null or "ingress";

    private static bool IsWorld(Attributes rule) =>
        rule.Texts("cidr_ipv4").Concat(rule.Texts("cidr_ipv6")).Concat(rule.Texts("cidr_blocks")).Concat(rule.Texts("ipv6_cidr_blocks")).Any(static cidr => cidr is "0.0.0.0/0" or "::/0");

    private static bool IsWeb(Attributes rule) =>
        (rule.Text("ip_protocol") ?? rule.Text("protocol")) == "tcp" && rule.Number("from_port") is Http or Https && rule.Number("to_port") == rule.Number("from_port");

    private static bool RedirectsToHttps(Attributes action) =>
        action.Text("type") == "redirect" && action.Blocks("redirect").All(static redirect => redirect.Text("protocol") == "HTTPS");
}
