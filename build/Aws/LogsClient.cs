namespace VectorDb.Build.Aws;

internal sealed record LogLine(DateTimeOffset At, string Stream, string Message);

/// <summary>CloudWatch Logs, read only: what an instance said before it failed.</summary>
internal sealed class LogsClient(AwsJsonProtocol protocol) : IDisposable
{
    /// <summary>https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html</summary>
    /// <param name="group">Name of the log group.</param>
    /// <param name="streamPrefix">Only streams whose names begin so, e.g. an instance id; null for all.</param>
    /// <param name="since">Only events from then on.</param>
    /// <param name="limit">The newest this many.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Oldest first; nothing where the group does not exist.</returns>
    public async Task<IReadOnlyList<LogLine>> TailAsync(
        string group, string? streamPrefix, DateTimeOffset since, int limit, CancellationToken cancellationToken)
    {
        List<LogLine> lines = [];
        string? token = null;
        try
        {
            do
            {
                var page = await protocol.CallAsync<EventsAnswer>(
                    "FilterLogEvents",
                    new { logGroupName = group, logStreamNamePrefix = streamPrefix, startTime = since.ToUnixTimeMilliseconds(), nextToken = token },
                    cancellationToken);
                lines.AddRange((page.Events ?? []).Select(static found =>
                    new LogLine(DateTimeOffset.FromUnixTimeMilliseconds(found.Timestamp), found.LogStreamName, found.Message)));
                token = page.NextToken;
            }
            while (token is not null);
        }
        catch (AwsException error) when (error.Code == "ResourceNotFoundException")
        {
            return [];
        }

        return [.. lines.OrderBy(static line => line.At).TakeLast(limit)];
    }

    public void Dispose() => protocol.Dispose();

    private sealed record EventsAnswer(IReadOnlyList<FoundEvent>? Events, string? NextToken);

    private sealed record FoundEvent(string LogStreamName, long Timestamp, string Message);
}
