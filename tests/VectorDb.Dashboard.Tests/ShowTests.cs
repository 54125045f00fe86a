using VectorDb.Core.Tasks;
using VectorDb.Dashboard.Layout;
using VectorDb.Dashboard.Overview;
using VectorDb.Dashboard.Tasks;

namespace VectorDb.Dashboard.Tests;

public sealed class ShowTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(2, "just now")]
    [InlineData(50, "50 s ago")]
    [InlineData(150, "2 min ago")]
    [InlineData(7300, "2 h ago")]
    [InlineData(200_000, "2 d ago")]
    public void Times_gone_by_are_told_in_their_largest_unit(int seconds, string expected) => Assert.Equal(expected, Show.Ago(Noon.AddSeconds(-seconds), Noon));

    [Theory]
    [InlineData(12, "12 s")]
    [InlineData(125, "2 min 5 s")]
    [InlineData(7_500, "2 h 5 min")]
    [InlineData(90_000, "1 d 1 h")]
    public void Durations_are_told_in_their_two_largest_units(int seconds, string expected) => Assert.Equal(expected, Show.Duration(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void The_time_left_follows_from_the_rate_once_the_total_is_final()
    {
        var task = Task(TaskState.ProcessingChunks, total: 1_000, succeeded: 240, failed: 10);
        Assert.Equal(new TaskProgress(250, 25, TimeSpan.FromSeconds(30)), TaskProgress.Of(task, Noon.AddSeconds(10)));
        Assert.Null(TaskProgress.Of(task with { State = TaskState.Processing }, Noon.AddSeconds(10)).Remaining);
    }

    [Fact]
    public void Throughput_counts_what_happens_between_two_looks_and_not_what_happened_before_the_first()
    {
        var throughput = new Throughput();
        throughput.Observe([Task(TaskState.ProcessingChunks, 10_000, 5_000, 0)], Noon);
        throughput.Observe([Task(TaskState.ProcessingChunks, 10_000, 5_900, 100)], Noon.AddSeconds(2));
        Assert.Equal([500], throughput.Rates);
    }

    private static IngestTask Task(TaskState state, long total, long succeeded, long failed) =>
        new("t", "books", state, new UploadOptions(), "f", total, succeeded, failed, Noon, Noon, null, null);
}
