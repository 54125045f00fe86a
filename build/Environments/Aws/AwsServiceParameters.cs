using VectorDb.Build.Environments.Settings;

namespace VectorDb.Build.Environments.Aws;

/// <summary>What Terraform has left for the release, below <c>/vectordb/{environment}/service/</c>.</summary>
/// <param name="Url">Address of the service.</param>
/// <param name="LoadBalancer">Name of the load balancer, which answers also while the service's own name points elsewhere.</param>
/// <param name="TargetGroup">ARN.</param>
/// <param name="RolloutAlarms">Names of the alarms that stop a rollout.</param>
internal sealed record AwsServiceParameters(Uri Url, string LoadBalancer, string TargetGroup, IReadOnlyList<string> RolloutAlarms)
{
    /// <returns>Null where nothing was applied yet.</returns>
    public static async Task<AwsServiceParameters?> ReadAsync(AwsAccount account, CancellationToken cancellationToken)
    {
        var values = await ParameterFolder.ReadAsync(account.Systems, account.ParameterName("service/"), recursive: false, cancellationToken);
        return values.TryGetValue("url", out var url) && values.TryGetValue("load-balancer", out var balancer)
            && values.TryGetValue("target-group-arn", out var targets)
            ? new AwsServiceParameters(new Uri(url), balancer, targets, values.GetValueOrDefault("rollout-alarms", "").Split(',', StringSplitOptions.RemoveEmptyEntries))
            : null;
    }
}
