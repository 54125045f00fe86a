using VectorDb.Build.Infrastructure.Plans;

namespace VectorDb.Build.Cost;

/// <param name="Component">The line of the estimate that it is part of.</param>
/// <param name="Usd">All of it, a month.</param>
/// <param name="Quantity">How much of it.</param>
/// <param name="What">What it is, in the singular; null for use that is assumed.</param>
internal sealed record CostItem(string Component, decimal Usd, decimal Quantity, string? What);

/// <summary>What resources cost a month, by type. What it cannot price it names.</summary>
/// <param name="prices">The prices.</param>
/// <param name="instances">How many instances a group runs at least.</param>
internal sealed class ResourcePrices(PriceTable prices, Func<PlannedResource, int> instances)
{
    private const int MetricsOfAnInstance = 7;
    private const int AlarmsOfAPolicy = 2;
    private const int LeastZones = 2;

    private readonly List<CostItem> _items = [];
    private readonly List<string> _unpriced = [];

    public IReadOnlyList<CostItem> Items => _items;

    public IReadOnlyList<string> Unpriced => _unpriced;

    public void Add(IReadOnlyList<PlannedResource> resources)
    {
        foreach (var resource in resources)
        {
            Add(resource, resources);
        }

        var types = resources.Select(resource => resource.Type).ToHashSet(StringComparer.Ordinal);
        _items.AddRange(prices.Usage.Where(usage => types.Contains(usage.With)).Select(usage => new CostItem(usage.Component, usage.Quantity * prices[usage.Price], usage.Quantity, What: null)));
    }

    private void Add(PlannedResource resource, IReadOnlyList<PlannedResource> all)
    {
        var values = resource.Values;
        switch (resource.Type)
        {
            case "aws_lb":
                Take("load balancer", "load-balancer", 1, "load balancer");
                Take("public addresses", "public-ipv4", values.Flag("internal") ? 0 : Math.Max(LeastZones, values.Items("subnets").Count()), "address");
                break;
            case "aws_eip":
                Take("public addresses", "public-ipv4", 1, "address");
                break;
            case "aws_nat_gateway":
                Take("NAT", "nat", 1, "gateway");
                break;
            case "aws_autoscaling_group" when Sibling(resource, all, "aws_launch_template") is { } template:
                AddInstances(template, instances(resource));
                break;
            case "aws_autoscaling_policy" when values.Items("target_tracking_configuration").Any():
                Take("watching", "alarm", AlarmsOfAPolicy, "alarm");
                break;
            case "aws_elasticache_replication_group":
                TakeKind(resource, "queue", $"cache/{values.Text("node_type")}", values.Number("num_cache_clusters") ?? 1, $"{values.Text("node_type")} node");
                break;
            case "aws_rds_cluster" when values.Flag("manage_master_user_password"):
                Take("keys and secrets", "secret", 1, "secret");
                break;
            case "aws_rds_cluster_instance" when values.Text("instance_class") == "db.serverless" && Sibling(resource, all, "aws_rds_cluster") is { } cluster:
                Take("database", "database-capacity", cluster.Values.Items("serverlessv2_scaling_configuration").FirstOrDefault().Number("min_capacity") ?? 0, "Aurora capacity unit");
                break;
            case "aws_kms_key":
                Take("keys and secrets", "key", 1, "key");
                break;
            case "aws_secretsmanager_secret":
                Take("keys and secrets", "secret", 1, "secret");
                break;
            case "aws_cloudwatch_metric_alarm":
                Take("watching", "alarm", 1, "alarm");
                break;
            case "aws_cloudwatch_dashboard":
                Take("watching", "dashboard", 1, "dashboard");
                break;
            case "aws_wafv2_web_acl":
                Take("firewall", "firewall", 1, "web ACL");
                Take("firewall", "firewall-rule", values.Items("rule").Count(), "rule");
                break;
            case "aws_vpc_endpoint" when values.Text("vpc_endpoint_type") is "Gateway" or null:
            case "aws_autoscaling_policy":
            case var free when prices.Free.Contains(free, StringComparer.Ordinal):
            case var used when prices.Usage.Any(usage => usage.With == used):
                break;
            default:
                _unpriced.Add(resource.Address);
                break;
        }
    }

    private void AddInstances(PlannedResource template, int count)
    {
        var type = template.Values.Text("instance_type") ?? "";
        TakeKind(template, "instances", $"instance/{type}", count, $"{type} instance");
        foreach (var disk in template.Values.Items("block_device_mappings").SelectMany(device => device.Items("ebs")))
        {
            TakeKind(template, "disks", $"disk/{disk.Text("volume_type")}", count * (disk.Number("volume_size") ?? 0), $"GB of {disk.Text("volume_type")} disk");
        }

        Take("watching", "metric", template.Values.Items("monitoring").Any(monitoring => monitoring.Flag("enabled")) ? count * MetricsOfAnInstance : 0, "instance metric");
    }

    private void Take(string component, string price, decimal quantity, string what) => _items.Add(new CostItem(component, quantity * prices[price], quantity, what));

    /// <summary>A kind of a thing that the table may lack, like a type of instance.</summary>
    private void TakeKind(PlannedResource resource, string component, string price, decimal quantity, string what)
    {
        if (prices.Find(price) is { } usd)
        {
            _items.Add(new CostItem(component, quantity * usd, quantity, what));
        }
        else
        {
            _unpriced.Add($"{resource.Address} ({price})");
        }
    }

    // The group and its template, the cluster and its instances: one module makes both.
    private static PlannedResource? Sibling(PlannedResource resource, IReadOnlyList<PlannedResource> all, string type)
    {
        var module = resource.Address[..resource.Address.LastIndexOf(resource.Type, StringComparison.Ordinal)];
        return all.FirstOrDefault(other => other.Type == type && other.Address.StartsWith($"{module}{type}.", StringComparison.Ordinal));
    }
}
