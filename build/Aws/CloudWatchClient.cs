namespace VectorDb.Build.Aws;

/// <param name="State"><c>OK</c>, <c>ALARM</c> or <c>INSUFFICIENT_DATA</c>.</param>
internal sealed record AlarmState(string Name, string State, string Reason);

/// <summary>CloudWatch alarms, read only.</summary>
internal sealed class CloudWatchClient(AwsQueryProtocol protocol) : IDisposable
{
    /// <summary>https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html</summary>
    /// <returns>Those of the named alarms that exist.</returns>
    public async Task<IReadOnlyList<AlarmState>> AlarmsAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        names.Count == 0
            ? []
            : await protocol.CallAllAsync(
                "DescribeAlarms",
                QueryForm.Empty.With("AlarmNames", names),
                static page => page.Members("MetricAlarms").Select(static alarm => new AlarmState(
                    alarm.Text("AlarmName"), alarm.Text("StateValue"), alarm.Element("StateReason")?.Value ?? "")),
                cancellationToken);

    public void Dispose() => protocol.Dispose();
}
