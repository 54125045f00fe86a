using VectorDb.LocalHost.Supervision;

namespace VectorDb.LocalHost.Tests;

public sealed class BackoffTests
{
    private static readonly TimeSpan AtOnce = TimeSpan.Zero;

    [Fact]
    public void A_service_that_ends_again_and_again_waits_twice_as_long_each_time()
    {
        var backoff = new RestartBackoff(() => 0.5);
        Assert.Equal([200, 400, 800, 1600], Enumerable.Range(0, 4).Select(_ => backoff.Next(AtOnce).TotalMilliseconds));
    }

    [Fact]
    public void It_never_waits_longer_than_half_a_minute_and_the_jitter()
    {
        var backoff = new RestartBackoff(() => 1);
        var waits = Enumerable.Range(0, 100).Select(_ => backoff.Next(AtOnce)).ToList();
        Assert.Equal(TimeSpan.FromSeconds(37.5), waits.Max());
    }

    [Fact]
    public void A_stable_minute_is_a_new_beginning()
    {
        var backoff = new RestartBackoff(() => 0.5);
        for (var failure = 0; failure < 6; failure++)
        {
            backoff.Next(AtOnce);
        }

        Assert.True(backoff.IsCrashLoop);
        Assert.Equal(TimeSpan.FromMilliseconds(200), backoff.Next(TimeSpan.FromMinutes(1)));
        Assert.False(backoff.IsCrashLoop);
    }
}
