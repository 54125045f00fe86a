using System.Text.Json;

namespace VectorDb.Core.Monitoring;

/// <summary>
/// What the fleet is watched and scaled by, one line a minute in CloudWatch's embedded metric format: the agent ships the
/// line as a log event, and CloudWatch makes metrics of it.
/// </summary>
/// <param name="QueueBacklog">Tasks and chunks that wait or run.</param>
/// <param name="BacklogPerInstance">The same for each worker that lives.</param>
/// <param name="RecordsFailed">Records that ended in error files since the line before.</param>
public sealed record WorkerMetrics(long QueueBacklog, double BacklogPerInstance, long RecordsFailed)
{
    public const string Namespace = "VectorDb";
    public const string Dimension = "Environment";

    /// <summary>The names, as alarms, scaling policies and dashboards use them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["QueueBacklog", "BacklogPerInstance", "WorkerHeartbeat", "RecordsFailed"];

    /// <summary>One JSON object without line breaks.</summary>
    public string ToLine(string environment, DateTimeOffset time) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["_aws"] = new
        {
            Timestamp = time.ToUnixTimeMilliseconds(),
            CloudWatchMetrics = new[]
            {
                new { Namespace, Dimensions = new[] { new[] { Dimension } }, Metrics = Names.Select(name => new { Name = name, Unit = "Count" }) },
            },
        },
        [Dimension] = environment,
        ["QueueBacklog"] = QueueBacklog,
        ["BacklogPerInstance"] = BacklogPerInstance,
        ["WorkerHeartbeat"] = 1,
        ["RecordsFailed"] = RecordsFailed,
    });
}
