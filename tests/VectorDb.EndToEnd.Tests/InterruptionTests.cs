using System.Text.Json;

namespace VectorDb.EndToEnd.Tests;

[Trait(Suites.Trait, Suites.Full)]
public sealed class InterruptionTests(Site site)
{
    /// <summary>The headings under which a deploy works.</summary>
    public static TheoryData<string> Steps => ["Rollout", "SmokeTest", "Retire"];

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_build_killed_at_any_step_is_recovered_by_running_it_again(string step)
    {
        site.Checkout.Vary("api");
        await using (var killed = site.StartDeploy())
        {
            await killed.SaysAsync($"{step}\n");
            killed.Signal(BuildRun.Kill);
            await killed.EndAsync();
        }

        Assert.NotEmpty(await site.ReleaseAsync());
        await site.DeployAsync();
        var status = await site.StatusAsync();
        var release = status.GetProperty("release");
        Assert.True(release.GetProperty("verified").ValueKind is JsonValueKind.True or JsonValueKind.String);
        await site.OnlyWorksAsync(release.GetProperty("id").GetString()!);
    }

    [Theory]
    [InlineData("Rollout", BuildRun.Terminate, 143)]
    [InlineData("Rollout", BuildRun.Interrupt, 130)]
    [InlineData("SmokeTest", BuildRun.Terminate, 143)]
    [InlineData("SmokeTest", BuildRun.Interrupt, 130)]
    public async Task A_signal_takes_the_new_release_back_and_leaves_no_lock_and_no_child(string step, int signal, int exitCode)
    {
        var before = await site.ReleaseAsync();
        // The one before it may stand by, and stays where the signal comes before the new one is started.
        var running = site.RunningReleases();
        site.Checkout.Vary("api");
        await using (var run = site.StartDeploy())
        {
            await run.SaysAsync($"{step}\n");
            run.Signal(signal);
            Assert.Equal(exitCode, (await run.EndAsync()).ExitCode);
        }

        Assert.Equal(before, await site.ReleaseAsync());
        await Eventually.TrueAsync(
            () => site.RunningReleases() is var now && now.Contains(before) && !now.Except(running).Any(), "nothing of the new release runs");
        await site.DeployAsync();
        Assert.NotEqual(before, await site.ReleaseAsync());
    }

    [Fact]
    public async Task Of_two_deploys_at_once_one_wins_and_the_other_says_who_holds_the_lock()
    {
        site.Checkout.Vary("api");
        await using var first = site.StartDeploy();
        await first.SaysAsync("Rollout\n");
        await using var second = site.StartDeploy();
        var (exitCode, _) = await second.EndAsync();
        Assert.NotEqual(0, exitCode);
        Assert.Contains($"{Environment.UserName}@{Environment.MachineName}", second.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await first.EndAsync()).ExitCode);
        await site.OnlyWorksAsync(await site.ReleaseAsync());
    }

    [Fact]
    public async Task A_release_that_fails_its_smoke_test_is_taken_back_while_the_old_one_serves()
    {
        var before = await site.ReleaseAsync();
        using (site.Checkout.Break("api"))
        {
            await using var run = site.StartDeploy();
            Assert.NotEqual(0, (await run.EndAsync()).ExitCode);
            Assert.Contains($"Rolled back: release {before} is active again", run.Output, StringComparison.Ordinal);
        }

        Assert.Equal(before, await site.ReleaseAsync());
        Assert.Equal(["failed", "rolled-back", "activated"], (await site.HistoryAsync()).Select(static entry => entry.GetProperty("event").GetString()!).TakeLast(3));
        await Eventually.TrueAsync(() => site.RunningReleases() is [var only] && only == before, "only the old release runs");
        await site.DeployAsync();
    }
}
