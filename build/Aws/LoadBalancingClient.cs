namespace VectorDb.Build.Aws;

/// <param name="State"><c>initial</c>, <c>healthy</c>, <c>unhealthy</c>, <c>draining</c>, <c>unused</c> or <c>unavailable</c>.</param>
/// <param name="Reason">AWS's code, e.g. <c>Target.FailedHealthChecks</c>.</param>
internal sealed record TargetHealth(string TargetId, string State, string? Reason, string? Description);

/// <summary>Load balancer target groups, read only.</summary>
internal sealed class LoadBalancingClient(AwsQueryProtocol protocol) : IDisposable
{
    /// <summary>https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html</summary>
    public async Task<IReadOnlyList<TargetHealth>> TargetHealthAsync(string targetGroupArn, CancellationToken cancellationToken)
    {
        var answer = await protocol.CallAsync(
            "DescribeTargetHealth", QueryForm.Empty.With("TargetGroupArn", targetGroupArn), cancellationToken);
        return [.. answer.Members("TargetHealthDescriptions").Select(static found => new TargetHealth(
            found.Element("Target")!.Text("Id"),
            found.Element("TargetHealth")!.Text("State"),
            found.Element("TargetHealth")!.Element("Reason")?.Value,
            found.Element("TargetHealth")!.Element("Description")?.Value))];
    }

    public void Dispose() => protocol.Dispose();
}
