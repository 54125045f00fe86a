using Microsoft.Extensions.Time.Testing;
using VectorDb.Build.LoadTest;

namespace VectorDb.Build.Tests.LoadTest;

[Trait(Suites.Trait, Suites.Full)]
public sealed class LoadRunTests : IAsyncLifetime
{
    private readonly SocketsHttpHandler _handler = new() { UseProxy = false };
    private CountingApi _api = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _api = await CountingApi.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        _handler.Dispose();
    }

    [Fact]
    public async Task Rate_times_seconds_requests_are_sent_in_the_mixture_and_the_collection_is_gone_afterwards()
    {
        var figures = await RunAsync(new LoadShape(Rate: 100, Seconds: 2));

        Assert.Equal((200, 0), (figures.Sent, figures.Failed));
        Assert.Equal(200, figures.Latencies.Count);
        Assert.Equal(new Dictionary<string, int> { ["GET health"] = 40, ["POST search"] = 140, ["PUT records"] = 20 }, _api.Requests);
        Assert.Empty(_api.Collections);
        // A firewall refuses who does not say what it is.
        Assert.All(_api.Agents, static agent => Assert.Equal("vectordb-load-test", agent));
        // Evenly spaced: the last was due 1.99 s after the first.
        Assert.True(figures.Took >= TimeSpan.FromSeconds(1.98), $"{figures.Took}");
    }

    [Fact]
    public async Task Failures_are_counted_by_kind()
    {
        _api.Answer = request => Task.FromResult(request switch { "POST search" => 503, "PUT records" => 429, _ => 200 });

        var figures = await RunAsync(new LoadShape(Rate: 200, Seconds: 1));

        Assert.Equal((200, 160), (figures.Sent, figures.Failed));
        Assert.Equal([("search: 503", 140), ("upsert: 429", 20)], figures.Failures.Select(failure => (failure.Kind, failure.Count)));
        Assert.Equal(40, figures.Latencies.Count);
    }

    [Fact]
    public async Task A_slow_server_does_not_slow_the_sender_and_its_slowness_is_in_the_latencies()
    {
        // Nobody is answered until all have asked: a sender that waited for an answer would never send the last one.
        const int All = 100;
        var asked = 0;
        var everybody = new TaskCompletionSource();
        _api.Answer = async _ =>
        {
            if (Interlocked.Increment(ref asked) == All)
            {
                everybody.SetResult();
            }

            await everybody.Task;
            return 200;
        };

        var figures = await RunAsync(new LoadShape(Rate: All, Seconds: 1));

        Assert.Equal((All, 0), (figures.Sent, figures.Failed));
        // The first was due 0.99 s before the last was sent.
        Assert.True(figures.Percentile(1) >= 980, $"{figures.Percentile(1)}");
    }

    [Fact]
    public async Task A_request_that_waits_for_a_free_sender_is_late_by_that_too()
    {
        // One sender, and a first answer that takes a second: the k-th request, due after k times 10 ms, waits for the rest of it.
        var (time, step) = (new FakeTimeProvider(), TimeSpan.FromMilliseconds(10));
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource<int>());
        _api.Answer = _ =>
        {
            asked.TrySetResult();
            return answer.Task;
        };
        await using var run = new LoadRun(new LoadTarget(_api.Url), new LoadShape(Rate: 100, Seconds: 1) { Senders = 1 }, _handler, time);
        await run.StartAsync(Token);
        await asked.Task;

        time.Advance(step * 100);
        answer.SetResult(200);
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(step);
                return run.Completion.IsCompleted;
            },
            "every request has its answer");

        Assert.Equal((100, 0), (run.Figures.Sent, run.Figures.Failed));
        Assert.All(run.Figures.Latencies.Index(), latency => Assert.True(latency.Item >= 10 * (latency.Index + 1), $"{latency}"));
    }

    [Fact]
    public async Task A_server_that_never_answers_is_a_failure_after_the_limit_and_the_run_ends()
    {
        var never = new TaskCompletionSource<int>();
        _api.Answer = _ => never.Task;

        var figures = await RunAsync(new LoadShape(Rate: 20, Seconds: 1) { Senders = 2, Limit = TimeSpan.FromSeconds(3) });
        never.SetResult(200);

        Assert.Equal((20, 20), (figures.Sent, figures.Failed));
        Assert.Contains(figures.Failures, failure => failure.Kind == "search: no answer in 3 s");
        Assert.Contains(figures.Failures, failure => failure.Kind.StartsWith("never sent", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_without_an_end_counts_while_it_runs_and_stops_when_told()
    {
        await using var run = new LoadRun(new LoadTarget(_api.Url, "k-1"), new LoadShape(Rate: 500), _handler, TimeProvider.System);
        await run.StartAsync(Token);
        await Eventually.TrueAsync(() => run.Figures.Sent > 100, "a hundred requests");
        Assert.False(run.Completion.IsCompleted);

        var figures = await run.StopAsync();

        Assert.Equal(0, figures.Failed);
        Assert.Equal(_api.Requests.Values.Sum(), figures.Sent);
        Assert.All(_api.Keys, key => Assert.Equal("Bearer k-1", key));
        Assert.Empty(_api.Collections);
    }

    [Fact]
    public async Task A_signal_ends_it_with_the_figures_so_far_and_removes_the_collection()
    {
        using var signal = new CancellationTokenSource();
        await using var run = new LoadRun(new LoadTarget(_api.Url), new LoadShape(Rate: 200, Seconds: 600), _handler, TimeProvider.System);
        await run.StartAsync(signal.Token);
        await Eventually.TrueAsync(() => run.Figures.Sent > 20, "twenty requests");

        await signal.CancelAsync();
        await run.Completion;

        Assert.Equal(0, run.Figures.Failed);
        Assert.InRange(run.Figures.Sent, 21, 100_000);
        Assert.Empty(_api.Collections);
    }

    [Fact]
    public async Task Where_nobody_listens_it_does_not_begin()
    {
        await using var run = new LoadRun(new LoadTarget(new Uri($"http://127.0.0.1:{FreePort.Next()}")), new LoadShape(Rate: 1, Seconds: 1), _handler, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<LoadTestException>(() => run.StartAsync(Token));

        Assert.Contains("connection refused", failure.Message, StringComparison.Ordinal);
    }

    private async Task<LoadFigures> RunAsync(LoadShape shape)
    {
        await using var run = new LoadRun(new LoadTarget(_api.Url), shape, _handler, TimeProvider.System);
        await run.StartAsync(Token);
        await run.Completion;
        Assert.Null(run.Leftover);
        return run.Figures;
    }
}
