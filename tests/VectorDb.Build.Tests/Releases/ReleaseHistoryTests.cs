using VectorDb.Build.Releases;
using static VectorDb.Build.Tests.Releases.Samples;

namespace VectorDb.Build.Tests.Releases;

public sealed class ReleaseHistoryTests
{
    [Fact]
    public void A_rollback_goes_to_the_release_verified_before_the_active_one()
    {
        var history = History(Deploy(1), Deploy(2), Deploy(3));

        Assert.Equal([Release(2), Release(1)], history.Before(Release(3)));
    }

    [Fact]
    public void A_second_rollback_goes_further_back_and_never_forward_again()
    {
        var history = History(Deploy(1), Deploy(2), Deploy(3), Rollback(to: 2));

        Assert.Equal([Release(1)], history.Before(Release(2)));
    }

    [Fact]
    public void A_deploy_after_a_rollback_returns_to_what_the_rollback_restored()
    {
        var history = History(Deploy(1), Deploy(2), Rollback(to: 1), Deploy(3));

        Assert.Equal(Release(1), history.Before(Release(3))[0]);
    }

    [Fact]
    public void A_rollback_never_returns_unasked_to_what_was_rolled_back_from()
    {
        var history = History(Deploy(1), Deploy(2), Deploy(3), Rollback(to: 2), [Entry(LedgerEvent.RolledBack, 3)], Deploy(2));

        Assert.Equal([Release(1)], history.Before(Release(2)));
        Assert.True(history.IsVerified(Release(3)));
    }

    [Fact]
    public void What_was_rolled_back_from_and_proved_again_since_can_be_returned_to()
    {
        var history = History(Deploy(1), Deploy(2), Rollback(to: 1), [Entry(LedgerEvent.RolledBack, 2)], Deploy(2), Deploy(3));

        Assert.Equal([Release(2), Release(1)], history.Before(Release(3)));
    }

    [Fact]
    public void Nothing_from_before_a_destruction_can_be_returned_to()
    {
        var history = History(Deploy(1), [Entry(LedgerEvent.Destroyed, 1)], Deploy(2));

        Assert.Empty(history.Before(Release(2)));
        Assert.False(history.IsVerified(Release(1)));
        Assert.Equal(Release(2), history.Active);
        Assert.Null(History(Deploy(1), [Entry(LedgerEvent.Destroyed, 1)]).Active);
    }

    [Fact]
    public void A_release_that_failed_is_no_target()
    {
        var history = History(Deploy(1), [Entry(LedgerEvent.DeployStarted, 2), Entry(LedgerEvent.Activated, 2), Entry(LedgerEvent.Failed, 2)], Deploy(3));

        Assert.Equal([Release(1)], history.Before(Release(3)));
        Assert.False(history.IsVerified(Release(2)));
    }

    [Fact]
    public void A_cancelled_run_says_nothing_about_the_release() =>
        Assert.True(History(Deploy(1), [Entry(LedgerEvent.DeployStarted, 1), Entry(LedgerEvent.Cancelled, 1)]).IsVerified(Release(1)));

    [Fact]
    public void Content_that_comes_back_is_a_new_deploy_with_the_release_before_it_behind()
    {
        var history = History(Deploy(1), Deploy(2), Deploy(1));

        Assert.Equal([Release(2)], history.Before(Release(1)));
    }

    [Fact]
    public void With_nothing_active_the_last_verified_release_is_the_target() =>
        Assert.Equal(Release(2), History(Deploy(1), Deploy(2)).Before(active: null)[0]);

    [Fact]
    public void Retention_keeps_the_last_verified_releases_and_all_that_run()
    {
        var history = History(Deploy(1), Deploy(2), Deploy(3), Deploy(4));
        ReleaseId[] known = [Release(1), Release(2), Release(3), Release(4), Release(5), Release(6)];

        var removable = new Retention(Keep: 2).Removable(known, history, running: [Release(1), Release(6)]);

        Assert.Equal([Release(2), Release(5)], removable);
    }

    [Fact]
    public void Retention_of_none_still_keeps_the_last_verified_release() =>
        Assert.Empty(new Retention(Keep: 0).Removable([Release(1)], History(Deploy(1)), running: []));

    private static IEnumerable<LedgerEntry> Rollback(int to) =>
        [Entry(LedgerEvent.RollbackStarted, to), Entry(LedgerEvent.Activated, to), Entry(LedgerEvent.Verified, to)];

    private static ReleaseHistory History(params IEnumerable<LedgerEntry>[] parts) => new([.. parts.SelectMany(part => part)]);
}
