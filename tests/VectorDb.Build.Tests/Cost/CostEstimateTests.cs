using System.Text.Json;
using VectorDb.Build.Cost;
using VectorDb.Build.Infrastructure.Plans;
using VectorDb.Core.Health;

namespace VectorDb.Build.Tests.Cost;

/// <summary>Estimates of plans as Terraform writes them, at prices that are easy to add.</summary>
public sealed class CostEstimateTests
{
    private const string Group = """{"address":"module.web.aws_autoscaling_group.this","mode":"managed","type":"aws_autoscaling_group","values":{"name":"vectordb-staging-web","min_size":MIN}}""";
    private const string Template = """
        {"address":"module.web.aws_launch_template.this","mode":"managed","type":"aws_launch_template","values":{"instance_type":"TYPE","monitoring":[{"enabled":true}],
        "block_device_mappings":[{"ebs":[{"volume_type":"gp3","volume_size":30}]}]}}
        """;

    private const string Cache = """{"address":"module.cache.aws_elasticache_replication_group.this","mode":"managed","type":"aws_elasticache_replication_group","values":{"node_type":"cache.small","num_cache_clusters":2}}""";
    private const string Balancer = """{"address":"aws_lb.this","mode":"managed","type":"aws_lb","values":{"internal":false}}""";
    private const string Cluster = """
        {"address":"module.database.aws_rds_cluster.this","mode":"managed","type":"aws_rds_cluster","values":{"manage_master_user_password":true,"serverlessv2_scaling_configuration":[{"min_capacity":0.5}]}},
        {"address":"module.database.aws_rds_cluster_instance.this[0]","mode":"managed","type":"aws_rds_cluster_instance","values":{"instance_class":"db.serverless"}},
        {"address":"module.database.aws_rds_cluster_instance.this[1]","mode":"managed","type":"aws_rds_cluster_instance","values":{"instance_class":"db.serverless"}}
        """;

    private static readonly PriceTable Prices = new(
        "us-east-1",
        new DateOnly(2026, 1, 1),
        "USD",
        [.. new (string Id, decimal Usd)[]
        {
            ("instance/t3.large", 60), ("instance/t3.medium", 30), ("disk/gp3", 0.1m), ("metric", 0.3m), ("cache/cache.small", 20), ("load-balancer", 16), ("load-balancer-capacity", 6), ("public-ipv4", 4),
            ("database-capacity", 80), ("secret", 0.4m), ("alarm", 0.1m), ("firewall", 5), ("firewall-rule", 1),
        }.Select(price => new Price(price.Id, price.Usd, "month", "test", new DateOnly(2026, 1, 1)))],
        [new Usage("load balancer", "aws_lb", 0.5m, "load-balancer-capacity", "half a capacity unit")],
        ["aws_vpc", "aws_launch_template", "aws_rds_cluster"]);

    private static readonly CostInputs Inputs = new("us-east-1", new Dictionary<string, int> { ["web"] = 2 });

    [Fact]
    public void Instances_are_counted_at_the_minimum_of_the_settings_because_a_group_is_planned_empty()
    {
        var estimate = Estimate(Plan($"{Group.Replace("MIN", "0")},{Template.Replace("TYPE", "t3.large")}", Created("aws_autoscaling_group", "module.web.aws_autoscaling_group.this"), Created("aws_launch_template", "module.web.aws_launch_template.this")));

        Assert.Equal(
            [new CostComponent("instances", 0, 120, "2 t3.large instances"), new CostComponent("disks", 0, 6, "60 GB of gp3 disk"), new CostComponent("watching", 0, 4.2m, "14 instance metrics")],
            estimate.Components);
        Assert.Equal((0m, 130.2m), (estimate.Before, estimate.After));
    }

    [Fact]
    public void The_change_is_against_what_runs()
    {
        var larger = """{"address":"module.web.aws_launch_template.this","mode":"managed","type":"aws_launch_template","change":{"actions":["update"],"before":BEFORE,"after":{}}}"""
            .Replace("BEFORE", JsonDocument.Parse(Template.Replace("TYPE", "t3.medium")).RootElement.GetProperty("values").GetRawText());
        var gone = """{"address":"module.cache.aws_elasticache_replication_group.this","mode":"managed","type":"aws_elasticache_replication_group","change":{"actions":["delete"],"before":{"node_type":"cache.small","num_cache_clusters":2},"after":null}}""";

        // Three run, because the group was scaled out.
        var estimate = Estimate(Plan($"{Group.Replace("MIN", "3")},{Template.Replace("TYPE", "t3.large")}", larger, gone));

        Assert.Contains(new CostComponent("instances", 90, 120, "2 t3.large instances"), estimate.Components);
        Assert.Contains(new CostComponent("queue", 40, 0, ""), estimate.Components);
        Assert.Equal((145.3m, 130.2m), (estimate.Before, estimate.After));
        Assert.Equal("cost: 130.20 USD a month, -15.10 USD", estimate.Lines.First());
    }

    [Fact]
    public void Nothing_to_change_costs_nothing_more()
    {
        var estimate = Estimate(Plan(Cache));

        Assert.Equal((40m, 40m), (estimate.Before, estimate.After));
        Assert.Equal("cost: 40.00 USD a month, no change", estimate.Lines.First());
    }

    [Fact]
    public void A_load_balancer_has_an_address_in_each_zone_and_an_assumed_use_that_is_printed()
    {
        var estimate = Estimate(Plan(Balancer));

        Assert.Equal(
            [new CostComponent("load balancer", 19, 19, "1 load balancer"), new CostComponent("public addresses", 8, 8, "2 addresses")], estimate.Components);
        Assert.Contains("  assumed a month: half a capacity unit", estimate.Lines);
    }

    [Fact]
    public void The_reads_of_objects_hold_what_the_health_checks_of_the_least_fleet_ask_of_S3()
    {
        // Two web instances and a worker, each with one process that keeps files.
        var asked = 3 * TimeSpan.FromDays(30) / HealthMonitor.Interval / 1_000_000;
        var reads = PriceTable.Read().Usage.Single(usage => usage.Price == "object-reads");

        Assert.InRange((double)reads.Quantity, asked, 1.5 * asked);
        Assert.Contains($"every {HealthMonitor.Interval.TotalSeconds} seconds", reads.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_runs_at_its_least_capacity_in_every_instance_and_RDS_keeps_a_secret_for_it() => Assert.Equal(
        [new CostComponent("database", 80, 80, "1 Aurora capacity unit"), new CostComponent("keys and secrets", 0.4m, 0.4m, "1 secret")], Estimate(Plan(Cluster)).Components);

    [Fact]
    public void What_has_no_price_is_named_and_what_is_free_is_not()
    {
        var estimate = Estimate(Plan($$$"""
            {"address":"aws_vpc.this","mode":"managed","type":"aws_vpc","values":{}},
            {"address":"aws_vpc_endpoint.s3","mode":"managed","type":"aws_vpc_endpoint","values":{"vpc_endpoint_type":"Gateway"}},
            {"address":"aws_vpc_endpoint.ecr","mode":"managed","type":"aws_vpc_endpoint","values":{"vpc_endpoint_type":"Interface"}},
            {"address":"aws_kinesis_stream.events","mode":"managed","type":"aws_kinesis_stream","values":{}},
            {{{Group.Replace("MIN", "0")}}},{{{Template.Replace("TYPE", "x9.huge")}}},
            {{{Cache.Replace("cache.small", "cache.huge")}}}
            """));

        Assert.Equal(
            ["aws_vpc_endpoint.ecr", "aws_kinesis_stream.events", "module.web.aws_launch_template.this (instance/x9.huge)", "module.cache.aws_elasticache_replication_group.this (cache/cache.huge)"],
            estimate.Unpriced);
        Assert.Contains("  unpriced: aws_kinesis_stream.events", estimate.Lines);
    }

    [Fact]
    public void Rules_of_a_firewall_and_alarms_of_scaling_policies_are_counted()
    {
        var estimate = Estimate(Plan("""
            {"address":"aws_wafv2_web_acl.this","mode":"managed","type":"aws_wafv2_web_acl","values":{"rule":[{},{},{},{}]}},
            {"address":"aws_autoscaling_policy.cpu","mode":"managed","type":"aws_autoscaling_policy","values":{"target_tracking_configuration":[{}]}},
            {"address":"aws_cloudwatch_metric_alarm.latency","mode":"managed","type":"aws_cloudwatch_metric_alarm","values":{}}
            """));

        Assert.Equal([new CostComponent("firewall", 9, 9, "1 web ACL, 4 rules"), new CostComponent("watching", 0.3m, 0.3m, "3 alarms")], estimate.Components);
    }

    [Fact]
    public void Another_region_is_an_order_of_magnitude_and_says_so()
    {
        Assert.DoesNotContain(Estimate(Plan(Cache)).Lines, line => line.Contains("order of magnitude", StringComparison.Ordinal));

        var abroad = CostEstimate.Of(Inputs with { Region = "eu-central-1" }, Prices, Plan(Cache));

        Assert.Contains("  eu-central-1 has other prices than us-east-1, most of them higher: take this as an order of magnitude", abroad.Lines);
    }

    [Fact]
    public void Every_price_of_the_table_is_of_one_thing_and_says_who_says_so_and_when()
    {
        var table = PriceTable.Read();

        Assert.Equal(table.Prices.Select(price => price.Id).Distinct(StringComparer.Ordinal), table.Prices.Select(price => price.Id));
        Assert.All(table.Prices, price => Assert.True(price is { Usd: > 0, Per.Length: > 0, Source.Length: > 0 } && price.Date <= table.Date, price.Id));
        Assert.All(table.Usage, usage => Assert.NotNull(table.Find(usage.Price)));
    }

    private static CostEstimate Estimate(Plan plan) => CostEstimate.Of(Inputs, Prices, plan);

    private static string Created(string type, string address) =>
        """{"address":"ADDRESS","mode":"managed","type":"TYPE","change":{"actions":["create"],"before":null,"after":{}}}""".Replace("ADDRESS", address).Replace("TYPE", type);

    private static Plan Plan(string resources, params string[] changes)
    {
        using var document = JsonDocument.Parse(
            $$$"""{"format_version":"1.2","planned_values":{"root_module":{"resources":[{{{resources}}}]}},"resource_changes":[{{{string.Join(',', changes)}}}]}""");
        return PlanReader.Read(document.RootElement);
    }
}
