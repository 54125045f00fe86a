using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VectorDb.Core.Health;

namespace VectorDb.Core.Tests.Health;

public sealed class HealthMonitorTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_dependency_is_unknown_until_asked_then_ok_with_its_latency()
    {
        using var monitor = Monitor(new Dependency("store", true, _ =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(3));
            return Task.CompletedTask;
        }));

        Assert.Equal(new DependencyState("store", DependencyState.Unknown, null, null), Assert.Single(monitor.Known));
        var state = Assert.Single(await monitor.AskAsync(TestContext.Current.CancellationToken));
        Assert.Equal((DependencyState.Ok, 3.0), (state.Status, state.LatencyMs));
        Assert.Equal(state, Assert.Single(monitor.Known));
    }

    [Fact]
    public async Task A_dependency_that_never_answers_is_down_after_the_limit_though_it_ignores_cancellation()
    {
        var never = new TaskCompletionSource();
        using var monitor = Monitor(new Dependency("queue", false, _ => never.Task));

        var asked = monitor.AskAsync(TestContext.Current.CancellationToken);
        Assert.False(asked.IsCompleted);
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(2));
                return asked.IsCompleted;
            },
            "the check gives up");

        Assert.Equal(DependencyState.Down, Assert.Single(await asked).Status);
    }

    [Fact]
    public async Task The_background_round_notices_an_outage_and_its_end()
    {
        var away = false;
        using var monitor = Monitor(new Dependency("store", true, _ => away ? throw new IOException("gone") : Task.CompletedTask));
        await monitor.StartAsync(TestContext.Current.CancellationToken);

        foreach (var (outage, expected) in new[] { (false, DependencyState.Ok), (true, DependencyState.Down), (false, DependencyState.Ok) })
        {
            away = outage;
            await Eventually.TrueAsync(
                () =>
                {
                    _time.Advance(TimeSpan.FromSeconds(5));
                    return monitor.Known[0].Status == expected;
                },
                $"the state becomes {expected}");
        }

        await monitor.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Checks_at_the_same_moment_share_one_round()
    {
        var asked = 0;
        var answer = new TaskCompletionSource();
        using var monitor = Monitor(new Dependency("store", true, _ =>
        {
            Interlocked.Increment(ref asked);
            return answer.Task;
        }));

        var checks = Enumerable.Range(0, 20).Select(_ => monitor.AskAsync(TestContext.Current.CancellationToken)).ToList();
        answer.SetResult();
        await Task.WhenAll(checks);

        Assert.Equal(1, asked);
    }

    private HealthMonitor Monitor(params Dependency[] dependencies) => new(dependencies, _time, NullLogger<HealthMonitor>.Instance);
}
