using System.Text.Json;
using VectorDb.Core.Monitoring;

namespace VectorDb.Core.Tests.Monitoring;

public sealed class WorkerMetricsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_line_says_to_CloudWatch_which_of_its_fields_are_metrics_of_which_environment()
    {
        var line = new WorkerMetrics(QueueBacklog: 42, BacklogPerInstance: 10.5, RecordsFailed: 3).ToLine("production", Noon);
        var json = JsonDocument.Parse(line).RootElement;
        var directive = json.GetProperty("_aws").GetProperty("CloudWatchMetrics")[0];
        Assert.Equal(Noon.ToUnixTimeMilliseconds(), json.GetProperty("_aws").GetProperty("Timestamp").GetInt64());
        Assert.Equal("VectorDb", directive.GetProperty("Namespace").GetString());
        Assert.Equal("[[\"Environment\"]]", directive.GetProperty("Dimensions").GetRawText());
        Assert.Equal("production", json.GetProperty("Environment").GetString());
        Assert.Equal(WorkerMetrics.Names, directive.GetProperty("Metrics").EnumerateArray().Select(metric => metric.GetProperty("Name").GetString()));
        Assert.Equal([42, 10.5, 1, 3], WorkerMetrics.Names.Select(name => json.GetProperty(name).GetDouble()));
        Assert.DoesNotContain('\n', line);
    }

    [Fact]
    public async Task The_file_begins_anew_before_it_grows_without_end()
    {
        using var folder = new TemporaryFolder();
        var file = new MetricsFile(folder.File("worker.jsonl"), maximumBytes: 20);
        foreach (var line in new[] { "first line of many", "second", "third" })
        {
            await file.AppendAsync(line, TestContext.Current.CancellationToken);
        }

        Assert.Equal("third\n", await File.ReadAllTextAsync(folder.File("worker.jsonl"), TestContext.Current.CancellationToken));
        Assert.Equal("first line of many\nsecond\n", await File.ReadAllTextAsync(folder.File("worker.jsonl.1"), TestContext.Current.CancellationToken));
    }
}
