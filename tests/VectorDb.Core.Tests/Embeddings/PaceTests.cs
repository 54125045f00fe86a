using VectorDb.Core.Embeddings.OpenAi;

namespace VectorDb.Core.Tests.Embeddings;

public sealed class PaceTests
{
    private static readonly OpenAiOptions Limits = new("m", 1, "k") { RequestsPerSecond = 5, TokensPerMinute = 60_000 };

    [Fact]
    public void Requests_leave_every_fifth_of_a_second_however_they_come()
    {
        var pace = default(Pace);
        var times = new List<long>();
        for (var i = 0; i < 5; i++)
        {
            (pace, var at) = pace.Reserve(now: 1_000_000, tokens: 1, Limits);
            times.Add(at);
        }

        Assert.Equal([1_000_000, 1_200_000, 1_400_000, 1_600_000, 1_800_000], times);
        Assert.Equal(9_000_000, pace.Reserve(now: 9_000_000, tokens: 1, Limits).SendAt);
    }

    [Fact]
    public void A_spent_token_budget_holds_requests_back()
    {
        var (pace, first) = default(Pace).Reserve(now: 0, tokens: 20_000, Limits);
        var (_, second) = pace.Reserve(now: 0, tokens: 1, Limits);

        Assert.Equal(0, first);
        Assert.Equal(5_000_000, second);
        Assert.Equal(200_000, pace.Correct(-10_000, Limits).Reserve(now: 0, tokens: 1, Limits).SendAt);
    }

    [Fact]
    public void A_pause_holds_for_everyone()
    {
        var pace = default(Pace).PauseUntil(7_000_000);

        Assert.Equal(7_000_000, pace.Reserve(now: 1, tokens: 1, Limits).SendAt);
        Assert.Equal(pace, Pace.Parse(pace.ToString()));
        Assert.Equal(default, Pace.Parse("nonsense"));
    }

    [Theory]
    [InlineData("2", 2_000)]
    [InlineData("0.5", 500)]
    [InlineData("200ms", 200)]
    [InlineData("1s", 1_000)]
    [InlineData("6m0s", 360_000)]
    [InlineData("1m30.5s", 90_500)]
    [InlineData("0.5h2m", 1_920_000)]
    [InlineData("6h0m0s", 3_600_000)]
    [InlineData("999999999999999999h", 3_600_000)]
    [InlineData("soon", 0)]
    [InlineData(null, 0)]
    public void Waits_in_headers_are_understood_and_an_hour_at_most(string? text, double milliseconds) =>
        Assert.Equal(milliseconds, Refusal.Duration(text).TotalMilliseconds);

    [Fact]
    public async Task Concurrency_halves_under_load_and_grows_back()
    {
        var limit = new AdaptiveConcurrency(8);
        limit.LimitReached();
        Assert.Equal(2, limit.Limit);
        var cancel = TestContext.Current.CancellationToken;
        await limit.EnterAsync(cancel);
        await limit.EnterAsync(cancel);
        var third = limit.EnterAsync(cancel);
        Assert.False(third.IsCompleted);

        limit.Leave();
        await third;
        for (var i = 0; i < 100; i++)
        {
            limit.Succeeded();
        }

        Assert.Equal(8, limit.Limit);
    }

    [Fact]
    public void Retries_are_limited_to_what_successes_pay_for()
    {
        var budget = new RetryBudget();
        Assert.Equal(10, Enumerable.Range(0, 50).Count(_ => budget.TrySpend()));
        for (var i = 0; i < 20; i++)
        {
            budget.Earn();
        }

        Assert.InRange(Enumerable.Range(0, 50).Count(_ => budget.TrySpend()), 1, 2);
    }
}
