using Amazon.SimpleSystemsManagement.Model;

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
        var folder = account.ParameterName("service/");
        var request = new GetParametersByPathRequest { Path = folder };
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        do
        {
            var page = await account.Systems.GetParametersByPathAsync(request, cancellationToken);
            (page.Parameters ?? []).ForEach(parameter => values[parameter.Name[folder.Length..]] = parameter.Value);
            request.NextToken = page.NextToken;
        }
        while (request.NextToken is { Length: > 0 });

        return values.TryGetValue("url", out var url) && values.TryGetValue("load-balancer", out var balancer)
            && values.TryGetValue("target-group-arn", out var targets)
            ? new AwsServiceParameters(new Uri(url), balancer, targets, values.GetValueOrDefault("rollout-alarms", "").Split(',', StringSplitOptions.RemoveEmptyEntries))
            : null;
    }
}
