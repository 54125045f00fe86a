using VectorDb.Build.LoadTest;

namespace VectorDb.Build.Tests.LoadTest;

public sealed class LoadFiguresTests
{
    [Theory]
    [InlineData(0.5, 50)]
    [InlineData(0.95, 95)]
    [InlineData(0.99, 99)]
    [InlineData(1, 100)]
    [InlineData(0.001, 1)]
    public void A_percentile_is_the_time_within_which_that_share_of_answers_came(double share, double expected) =>
        Assert.Equal(expected, Figures([.. Enumerable.Range(1, 100).Select(number => (float)number)]).Percentile(share));

    [Fact]
    public void Without_an_answer_there_is_no_percentile() => Assert.Equal(0, Figures([]).Percentile(0.99));

    [Fact]
    public void The_figures_are_lines_for_a_person() => Assert.Equal(
        [
            "1,000 requests in 10.0 s, 100.0 a second, 3 failed",
            "p50 1.0 ms, p95 2.0 ms, p99 2.0 ms, max 2.0 ms, from the time each request was due",
            "failed      2  search: 503  busy",
            "failed      1  health: connection refused",
        ],
        new LoadFigures(1000, 3, TimeSpan.FromSeconds(10), [1, 2], [new LoadFailure("search: 503", 2, "busy"), new LoadFailure("health: connection refused", 1, "")]).Lines());

    private static LoadFigures Figures(IReadOnlyList<float> latencies) => new(latencies.Count, 0, TimeSpan.FromSeconds(1), latencies, []);
}
