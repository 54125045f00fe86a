using VectorDb.Build.Releases;

namespace VectorDb.Build.Tests.Rollout;

public sealed class FreezeTests
{
    [Fact]
    public async Task A_freeze_stops_deploys_with_its_message_until_it_is_lifted()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Publish("one");

        Assert.Equal(0, build.Run("--target=Freeze", "--message=the audit, until Monday"));
        Assert.Equal(1, build.Run("--target=Deploy", "--exclusive"));
        Assert.Empty(build.Rollout.Notes);

        Assert.Equal(0, build.Run("--target=Unfreeze"));
        Assert.Contains("by ada@laptop: the audit, until Monday", build.Output, StringComparison.Ordinal);
        Assert.Equal(0, build.Run("--target=Deploy", "--exclusive"));
        Assert.Equal([LedgerEvent.Frozen, LedgerEvent.Unfrozen, LedgerEvent.DeployStarted], (await build.LedgerAsync()).Take(3).Select(entry => entry.Event));
    }

    [Fact]
    public async Task A_freeze_without_a_reason_is_refused()
    {
        await using var build = await BuildRun.CreateAsync();

        Assert.Equal(2, build.Run("--target=Freeze"));
        Assert.Empty(await build.LedgerAsync());
    }

    [Fact]
    public async Task There_is_nothing_to_lift_where_nothing_is_frozen()
    {
        await using var build = await BuildRun.CreateAsync();

        Assert.Equal(0, build.Run("--target=Unfreeze"));
        Assert.Contains("Nothing to do", build.Output, StringComparison.Ordinal);
        Assert.Empty(await build.LedgerAsync());
    }
}
