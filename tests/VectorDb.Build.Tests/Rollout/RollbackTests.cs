using VectorDb.Build.Releases;
using VectorDb.Build.Tests.SmokeTest;
using static VectorDb.Build.Releases.LedgerEvent;

namespace VectorDb.Build.Tests.Rollout;

public sealed class RollbackTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rollback_returns_to_the_release_before_proves_it_and_lets_the_other_end()
    {
        await using var build = await BuildRun.CreateAsync();
        var first = build.Deploy("one");
        var second = build.Deploy("two");

        Assert.Equal(0, build.Run("--target=Rollback"));

        Assert.Equal(first, build.Rollout.Active);
        Assert.Equal([first], build.Rollout.Running);
        Assert.Equal([(RollbackStarted, first), (Activated, first), (Verified, first), (RolledBack, second)], (await build.LedgerAsync()).TakeLast(4));
        Assert.Contains($"Release {first} is live again", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollback_goes_to_the_named_release_of_which_the_beginning_is_enough()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Deploy("one");
        var second = build.Deploy("two");
        build.Run("--target=Rollback");

        Assert.Equal(0, build.Run("--target=Rollback", $"--to={second.Value[..6]}"));

        Assert.Equal(second, build.Rollout.Active);
    }

    [Fact]
    public async Task Only_by_name_does_a_rollback_come_back_to_what_was_rolled_back_from_and_from_there_it_returns()
    {
        await using var build = await BuildRun.CreateAsync();
        var good = build.Deploy("good");
        var bad = build.Deploy("bad");
        build.Run("--target=Rollback");
        build.Run("--target=Stop");
        build.Deploy("good");

        Assert.Equal(1, build.Run("--target=Rollback"));
        Assert.Equal(good, build.Rollout.Active);

        Assert.Equal(0, build.Run("--target=Rollback", $"--to={bad}"));
        Assert.Equal((Retired, good), (await build.LedgerAsync()).Last());
        Assert.Equal(0, build.Run("--target=Rollback"));
        Assert.Equal(good, build.Rollout.Active);
    }

    [Fact]
    public async Task A_rollback_that_a_signal_ended_can_be_asked_for_again()
    {
        await using var build = await BuildRun.CreateAsync();
        var first = build.Deploy("one");
        var second = build.Deploy("two");
        build.Rollout.Before = step =>
        {
            if (step == "activate")
            {
                build.Rollout.Before = static _ => { };
                build.Signal();
            }
        };
        Assert.NotEqual(0, build.Run("--target=Rollback"));
        Assert.Equal(second, build.Rollout.Active);

        Assert.Equal(0, build.Run("--target=Rollback"));

        Assert.Equal(first, build.Rollout.Active);
    }

    [Fact]
    public async Task An_unknown_release_is_a_usage_error()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Deploy("one");

        Assert.Equal(2, build.Run("--target=Rollback", "--to=zzz"));
    }

    [Fact]
    public async Task With_nothing_before_there_is_nothing_to_return_to()
    {
        await using var build = await BuildRun.CreateAsync();
        var release = build.Deploy("one");

        Assert.Equal(1, build.Run("--target=Rollback"));

        Assert.Equal(release, build.Rollout.Active);
    }

    [Fact]
    public async Task A_rollback_to_the_active_release_is_nothing_to_do()
    {
        await using var build = await BuildRun.CreateAsync();
        var release = build.Deploy("one");

        Assert.Equal(0, build.Run("--target=Rollback", $"--to={release}"));

        Assert.Contains("Nothing to do", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollback_that_fails_its_proof_keeps_what_was_active()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Deploy("one");
        var second = build.Deploy("two");
        build.Api.Fault = Fault.DependencyDown;

        Assert.Equal(1, build.Run("--target=Rollback"));

        Assert.Equal(second, build.Rollout.Active);
    }

    [Fact]
    public async Task A_rollback_is_allowed_while_deploys_are_frozen()
    {
        await using var build = await BuildRun.CreateAsync();
        var first = build.Deploy("one");
        build.Deploy("two");
        await build.Environment.Lock.FreezeAsync("grace@desk", "Black Friday", Cancellation);

        build.Publish("three");
        Assert.Equal(1, build.Run("--target=Deploy", "--exclusive"));
        Assert.Equal(0, build.Run("--target=Rollback"));

        Assert.Equal(first, build.Rollout.Active);
    }

    [Fact]
    public async Task A_release_that_cannot_run_on_todays_data_is_refused()
    {
        await using var build = await BuildRun.CreateAsync();
        var first = build.Deploy("one");
        var newer = Releases.Samples.Manifest(5) with { Schema = new SchemaCompatibility(SchemaCompatibility.OfThisTree.Current + 2, SchemaCompatibility.OfThisTree.Current + 1) };
        await build.Environment.Catalog.AddAsync(newer, Cancellation);
        build.Rollout.Run(newer.Release);
        build.Rollout.Active = newer.Release;

        Assert.Equal(1, build.Run("--target=Rollback", $"--to={first}"));

        Assert.Equal(newer.Release, build.Rollout.Active);
    }
}
