using VectorDb.Build.Releases.Locking;
using VectorDb.Build.Rollout;
using VectorDb.Build.Tests.SmokeTest;
using static VectorDb.Build.Releases.LedgerEvent;

namespace VectorDb.Build.Tests.Rollout;

public sealed class DeployTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_first_deploy_starts_activates_proves_and_says_where_it_is()
    {
        await using var build = await BuildRun.CreateAsync();

        var release = build.Deploy("one");

        Assert.Equal([$"stage {release}", $"start {release}", $"activate {release}"], build.Rollout.Notes);
        Assert.Equal([(DeployStarted, release), (Activated, release), (Verified, release)], await build.LedgerAsync());
        Assert.Contains($"Release {release} is live and verified at {build.Api.Url}", build.Output, StringComparison.Ordinal);
        Assert.Contains("Finished all in", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_the_environment_does_not_need_is_named_with_its_reason()
    {
        await using var build = await BuildRun.CreateAsync();

        Assert.Equal(0, build.Run("--target=TerraformPlan", "--exclusive"));

        Assert.Contains("not needed: there is nothing to plan", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_release_replaces_the_first_only_after_its_proof_and_tells_how_to_go_back()
    {
        await using var build = await BuildRun.CreateAsync();
        var first = build.Deploy("one");

        var second = build.Deploy("two");

        Assert.Equal([$"stage {second}", $"start {second}", $"activate {second}", $"retire {first}"], build.Rollout.Notes.TakeLast(4));
        Assert.Contains($"--target=Rollback   (to {first})", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unchanged_content_that_is_active_verified_and_healthy_is_nothing_to_do()
    {
        await using var build = await BuildRun.CreateAsync();
        var release = build.Deploy("one");
        build.Rollout.Notes.Clear();

        build.Deploy("one");

        Assert.Empty(build.Rollout.Notes);
        Assert.Contains($"Nothing to do: release {release} is active, verified and healthy", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unchanged_content_that_is_not_healthy_is_deployed_again()
    {
        await using var build = await BuildRun.CreateAsync();
        var release = build.Deploy("one");
        build.Rollout.Run(release, "unhealthy");
        build.Rollout.Notes.Clear();

        build.Deploy("one");

        Assert.Contains($"start {release}", build.Rollout.Notes);
    }

    [Fact]
    public async Task What_is_being_stopped_is_not_in_place()
    {
        await using var build = await BuildRun.CreateAsync();
        var release = build.Deploy("one");
        build.Rollout.IsStopping = true;
        build.Rollout.Notes.Clear();

        build.Deploy("one");

        Assert.Contains($"start {release}", build.Rollout.Notes);
    }

    [Fact]
    public async Task A_candidate_that_was_taken_back_and_still_finishes_its_requests_is_no_failure_of_taking_it_back()
    {
        await using var build = await BuildRun.CreateAsync();
        var first = build.Deploy("one");
        build.Publish("two");
        build.Api.Fault = Fault.WriteFails;
        build.Rollout.Before = static step => _ = step == "retire" ? throw new TaskCanceledException("an upload is under way") : 0;

        Assert.Equal(1, build.Run("--target=Deploy", "--exclusive"));

        Assert.Equal(first, build.Rollout.Active);
        Assert.Contains($"Rolled back: release {first} is active again.", build.Output, StringComparison.Ordinal);
        Assert.Contains("may still be finishing its requests: an upload is under way", build.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("was not taken back", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_candidate_that_does_not_start_leaves_the_old_release_alone_and_shows_the_services_log()
    {
        await using var build = await BuildRun.CreateAsync();
        var first = build.Deploy("one");
        var second = build.Publish("two");
        build.Rollout.Sick.Add(second);

        Assert.Equal(1, build.Run("--target=Deploy", "--exclusive"));

        Assert.Equal(first, build.Rollout.Active);
        Assert.Equal([(DeployStarted, second), (Failed, second)], (await build.LedgerAsync()).TakeLast(2));
        Assert.Contains("api ended with exit code 134", build.Output, StringComparison.Ordinal);
        Assert.Contains("Out of memory.", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_in_which_nothing_moved_says_nothing_about_the_release_and_leaves_the_way_back_to_it()
    {
        await using var build = await BuildRun.CreateAsync();
        var good = build.Deploy("good");
        build.Deploy("bad");
        build.Publish("good");
        build.Rollout.Before = RefuseAt("prepare");

        Assert.Equal(1, build.Run("--target=Deploy", "--exclusive"));
        Assert.Equal([(DeployStarted, good), (Refused, good)], (await build.LedgerAsync()).TakeLast(2));

        build.Rollout.Before = static _ => { };
        Assert.Equal(0, build.Run("--target=Rollback"));
        Assert.Equal(good, build.Rollout.Active);
    }

    [Fact]
    public async Task A_refusal_that_cannot_be_noted_is_not_called_a_release_that_was_not_taken_back()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Deploy("one");
        build.Publish("two");
        build.Rollout.Before = step =>
        {
            File.Delete(build.File("ledger.jsonl"));
            Directory.CreateDirectory(build.File("ledger.jsonl"));
            RefuseAt("prepare")(step);
        };

        Assert.Equal(1, build.Run("--target=Deploy", "--exclusive"));

        Assert.Contains("Nothing was moved, but that could not be noted", build.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("was not taken back", build.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prepare", false)]
    [InlineData("prepare", true)]
    [InlineData("start", true)]
    public async Task A_second_deploy_of_the_active_release_that_ends_before_it_is_activated_leaves_it_as_it_is(string step, bool bySignal)
    {
        await using var build = await BuildRun.CreateAsync();
        build.Deploy("one");
        var active = build.Deploy("two");
        build.Rollout.Host = "an older host";
        build.Rollout.Before = now =>
        {
            if (now == step && bySignal)
            {
                build.Signal();
            }
            else
            {
                RefuseAt(step)(now);
            }
        };

        Assert.NotEqual(0, build.Run("--target=Deploy", "--exclusive"));

        Assert.Equal([active], build.Rollout.Running);
        Assert.DoesNotContain("failed too", build.Output, StringComparison.Ordinal);
        Assert.Equal((bySignal ? Cancelled : Refused, active), (await build.LedgerAsync()).Last());
    }

    [Fact]
    public async Task A_failure_returns_to_the_active_release_although_a_second_deploy_of_it_was_refused()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Deploy("one");
        var active = build.Deploy("two");
        build.Rollout.Host = "an older host";
        build.Rollout.Before = RefuseAt("prepare");
        Assert.Equal(1, build.Run("--target=Deploy", "--exclusive"));
        build.Rollout.Before = static _ => { };
        build.Publish("three");
        build.Api.Fault = Fault.WriteFails;

        Assert.Equal(1, build.Run("--target=Deploy", "--exclusive"));

        Assert.Equal(active, build.Rollout.Active);
        Assert.Equal([active], build.Rollout.Running);
    }

    [Fact]
    public async Task A_failed_smoke_test_brings_the_old_release_back_by_itself_and_shows_probe_answer_and_log()
    {
        await using var build = await BuildRun.CreateAsync();
        var first = build.Deploy("one");
        var second = build.Publish("two");
        build.Api.Fault = Fault.WriteFails;

        Assert.Equal(1, build.Run("--target=Deploy", "--exclusive"));

        Assert.Equal(first, build.Rollout.Active);
        Assert.Equal([first], build.Rollout.Running);
        Assert.Equal([(Activated, second), (Failed, second), (RolledBack, second), (Activated, first)], (await build.LedgerAsync()).TakeLast(4));
        Assert.Contains("'a record is written' failed", build.Output, StringComparison.Ordinal);
        Assert.Contains("disk full", build.Output, StringComparison.Ordinal);
        Assert.Contains($"the log of api of {second}", build.Output, StringComparison.Ordinal);
        Assert.Contains($"Rolled back: release {first} is active again.", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_release_gives_way_to_the_one_before_although_its_manifest_was_removed_while_it_served()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Deploy("one");
        var second = build.Deploy("two");
        await build.Environment.Catalog.RemoveAsync(second, Cancellation);
        build.Publish("three");
        build.Api.Fault = Fault.WriteFails;

        Assert.Equal(1, build.Run("--target=Deploy", "--exclusive"));

        Assert.Equal(second, build.Rollout.Active);
        Assert.Equal([second], build.Rollout.Running);
        Assert.Equal((Activated, second), (await build.LedgerAsync()).Last());
    }

    [Fact]
    public async Task A_log_that_cannot_be_read_does_not_keep_a_failed_release_from_being_taken_back()
    {
        await using var build = await BuildRun.CreateAsync();
        var first = build.Deploy("one");
        build.Publish("two");
        build.Api.Fault = Fault.WriteFails;
        build.Rollout.LogFailure = new TimeoutException("the logs are slow today");

        Assert.Equal(1, build.Run("--target=Deploy", "--exclusive"));

        Assert.Equal(first, build.Rollout.Active);
        Assert.Contains("The log of api cannot be read: the logs are slow today", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_deploy_that_fails_leaves_nothing_active_and_says_so()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Publish("one");
        build.Api.Fault = Fault.TaskFails;

        Assert.Equal(1, build.Run("--target=Deploy", "--exclusive"));

        Assert.Null(build.Rollout.Active);
        Assert.Equal(["forget", "stop"], build.Rollout.Notes.TakeLast(2));
        Assert.Contains("nothing is active now", build.Output, StringComparison.Ordinal);
        Assert.Equal(4, build.Run("--target=Status"));
    }

    [Theory]
    [InlineData("stage")]
    [InlineData("start")]
    [InlineData("activate")]
    public async Task A_signal_takes_the_candidate_back_and_releases_the_lock(string step)
    {
        await using var build = await BuildRun.CreateAsync();
        var first = build.Deploy("one");
        var second = build.Publish("two");
        build.Rollout.Before = now =>
        {
            if (now == step)
            {
                build.Rollout.Before = static _ => { };
                build.Signal();
            }
        };

        Assert.NotEqual(0, build.Run("--target=Deploy", "--exclusive"));

        Assert.Equal(first, build.Rollout.Active);
        Assert.DoesNotContain(second, build.Rollout.Running);
        Assert.Null((await build.Environment.Lock.ReadAsync(Cancellation)).Holder);
    }

    [Fact]
    public async Task What_a_killed_run_left_running_is_retired_by_the_next()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Deploy("one");
        var leftover = Releases.Samples.Release(77);
        build.Rollout.Run(leftover);

        build.Deploy("two");

        Assert.DoesNotContain(leftover, build.Rollout.Running);
        Assert.Contains($"Release {leftover} is left over from a run that was killed", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_that_a_killed_run_activated_without_proof_is_proved_by_the_next()
    {
        await using var build = await BuildRun.CreateAsync();
        var first = build.Deploy("one");
        var second = build.Publish("two");
        build.Rollout.Run(second);
        build.Rollout.Active = second;

        build.Deploy("two");
        Assert.Equal((Verified, second), (await build.LedgerAsync()).Last());
        Assert.Contains($"--target=Rollback   (to {first})", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_run_activated_without_proof_is_nothing_to_go_back_to()
    {
        await using var build = await BuildRun.CreateAsync();
        var verified = build.Deploy("one");
        var unproved = build.Publish("two");
        build.Rollout.Before = step => _ = step == "activate" ? throw new InvalidOperationException("killed") : 0;
        build.Run("--target=Deploy", "--exclusive");
        build.Rollout.Before = static _ => { };
        build.Rollout.Run(unproved);
        build.Rollout.Active = unproved;

        build.Publish("three");
        build.Api.Fault = Fault.WriteFails;
        Assert.Equal(1, build.Run("--target=Deploy", "--exclusive"));
        Assert.Equal(verified, build.Rollout.Active);

        build.Api.Fault = Fault.None;
        build.Deploy("three");
        Assert.Contains($"--target=Rollback   (to {verified})", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_that_a_killed_run_activated_and_that_fails_its_proof_goes_back_to_the_last_verified_one()
    {
        await using var build = await BuildRun.CreateAsync();
        var first = build.Deploy("one");
        var second = build.Publish("two");
        build.Rollout.Run(second);
        build.Rollout.Active = second;
        build.Api.Fault = Fault.DependencyDown;

        Assert.Equal(1, build.Run("--target=Deploy", "--exclusive"));

        Assert.Equal(first, build.Rollout.Active);
    }

    [Fact]
    public async Task A_second_deploy_at_the_same_time_fails_at_once_with_the_holders_name_and_changes_nothing()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Publish("one");
        await using var held = await build.Environment.Lock.AcquireAsync(new LockRequest("grace@desk", "desk/9", "Rollback"), Cancellation);

        Assert.Equal(1, build.Run("--target=Deploy", "--exclusive"));

        Assert.Empty(build.Rollout.Notes);
        Assert.Empty(await build.LedgerAsync());
    }

    [Fact]
    public async Task A_dry_run_takes_no_lock_and_changes_nothing()
    {
        await using var build = await BuildRun.CreateAsync();
        await using var held = await build.Environment.Lock.AcquireAsync(new LockRequest("grace@desk", "desk/9", "Rollback"), Cancellation);

        Assert.Equal(0, build.Run("--target=Deploy", "--dryrun"));

        Assert.Empty(build.Rollout.Notes);
    }

    [Fact]
    public async Task Old_releases_are_removed_but_the_last_verified_ones_stay()
    {
        await using var build = await BuildRun.CreateAsync();
        var releases = new[] { "one", "two", "three", "four" }.Select(build.Deploy).ToList();

        var kept = (await build.Environment.Catalog.ListAsync(Cancellation)).Select(manifest => manifest.Release);

        Assert.Equal(releases.TakeLast(2), kept);
        Assert.Contains((Removed, releases[0]), await build.LedgerAsync());
    }

    [Fact]
    public async Task The_manifest_tells_what_was_released_by_whom_and_from_which_bytes()
    {
        await using var build = await BuildRun.CreateAsync();
        var release = build.Deploy("one");

        var manifest = await build.Environment.Catalog.FindAsync(release, Cancellation);

        Assert.Equal("none", manifest!.Commit);
        Assert.Equal("ada@laptop", manifest.CreatedBy);
        Assert.Equal(["api", "dashboard", "worker"], manifest.Services.Keys.Order());
        Assert.Equal("embedded", manifest.Configuration["VECTORDB_STORE"]);
    }

    private static Action<string> RefuseAt(string step) => now =>
    {
        if (now == step)
        {
            throw new RolloutFailedException("Nothing was moved: an alarm is raised already.");
        }
    };
}
