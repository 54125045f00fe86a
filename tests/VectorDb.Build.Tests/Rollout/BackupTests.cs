using VectorDb.Build.Releases;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Tests.Rollout;

public sealed class BackupTests
{
    [Fact]
    public async Task A_backup_is_restored_with_the_release_stopped_meanwhile_and_proved_afterwards()
    {
        await using var build = await BuildRun.CreateAsync();
        var release = build.Deploy("one");
        build.Data.Text = "before";
        Assert.Equal(0, build.Run("--target=Backup", $"--to={build.File("backups")}"));
        build.Data.Text = "after";
        build.Rollout.Notes.Clear();

        Assert.Equal(0, build.Run("--target=Restore", $"--from={build.File("backups")}"));

        Assert.Equal("before", build.Data.Text);
        Assert.Equal(["stop", $"start {release}", $"activate {release}"], build.Rollout.Notes);
        Assert.Equal(LedgerEvent.Restored, (await build.LedgerAsync()).Last().Event);
        Assert.Equal("after", await File.ReadAllTextAsync(build.File("environment", "aside", "vectors.db"), TestContext.Current.CancellationToken));
        Assert.Contains($"What was there before lies in {build.File("environment", "aside")}", build.Output, StringComparison.Ordinal);
        Assert.Empty(build.Api.Collections);
    }

    [Fact]
    public async Task The_newest_of_several_is_taken_unless_one_is_named()
    {
        await using var build = await BuildRun.CreateAsync();
        foreach (var text in (string[])["first", "second"])
        {
            build.Data.Text = text;
            build.Run("--target=Backup", $"--to={build.File("backups")}");
        }

        build.Data.TakeBack(aside: null);
        build.Run("--target=Restore", $"--from={build.File("backups")}");
        Assert.Equal("second", build.Data.Text);

        build.Data.TakeBack(aside: null);
        build.Run("--target=Restore", $"--from={Directory.GetDirectories(build.File("backups")).Order().First()}");
        Assert.Equal("first", build.Data.Text);
    }

    [Fact]
    public async Task Where_nothing_runs_nothing_is_started()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Data.Text = "before";
        build.Run("--target=Backup", $"--to={build.File("backups")}");

        Assert.Equal(0, build.Run("--target=Restore", $"--from={build.File("backups")}"));

        Assert.Empty(build.Rollout.Notes);
        Assert.Contains("Nothing was active. Start it: ./build.sh --target=Deploy", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_run_started_is_stopped_although_it_is_not_active()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Data.Text = "before";
        build.Run("--target=Backup", $"--to={build.File("backups")}");
        build.Rollout.Host = "feedfacecafe";
        build.Rollout.Run(Releases.Samples.Release(77));

        Assert.Equal(0, build.Run("--target=Restore", $"--from={build.File("backups")}"));

        Assert.Equal(["stop"], build.Rollout.Notes);
        Assert.Empty(build.Rollout.Running);
    }

    [Fact]
    public async Task A_release_that_could_not_be_started_again_is_left_running_on_its_data_with_a_way_out()
    {
        await using var build = await BuildRun.CreateAsync();
        var release = build.Deploy("one");
        build.Data.Text = "before";
        build.Run("--target=Backup", $"--to={build.File("backups")}");
        build.Data.Text = "after";
        await build.Environment.Catalog.RemoveAsync(release, TestContext.Current.CancellationToken);
        build.Rollout.Notes.Clear();

        Assert.Equal(1, build.Run("--target=Restore", $"--from={build.File("backups")}"));
        Assert.Equal(("after", release), (build.Data.Text, build.Rollout.Active!.Value));
        Assert.Empty(build.Rollout.Notes);

        Assert.Equal(0, build.Run("--target=Stop"));
        Assert.Equal(0, build.Run("--target=Restore", $"--from={build.File("backups")}"));
        Assert.Equal("before", build.Data.Text);
    }

    [Fact]
    public async Task Data_stays_in_its_place_under_a_host_that_cannot_be_stopped()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Data.Text = "before";
        build.Run("--target=Backup", $"--to={build.File("backups")}");
        build.Data.Text = "after";
        build.Rollout.Before = static step => _ = step == "stop" ? throw new RolloutFailedException("End it: kill 5") : 0;

        Assert.Equal(1, build.Run("--target=Restore", $"--from={build.File("backups")}"));

        Assert.Equal("after", build.Data.Text);
        Assert.Contains("End it: kill 5", build.Output, StringComparison.Ordinal);
        Assert.Contains("The restore failed before it changed anything", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_host_that_ran_is_the_one_that_is_started_again()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Deploy("one");
        build.Data.Text = "before";
        build.Run("--target=Backup", $"--to={build.File("backups")}");
        build.Rollout.Host = "feedfacecafe";

        Assert.Equal(0, build.Run("--target=Restore", $"--from={build.File("backups")}"));

        Assert.Equal("feedfacecafe", build.Rollout.Host);
    }

    [Fact]
    public async Task A_damaged_backup_is_refused_before_anything_is_stopped()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Deploy("one");
        build.Data.Text = "before";
        build.Run("--target=Backup", $"--to={build.File("backups")}");
        await File.AppendAllTextAsync(Path.Combine(Directory.GetDirectories(build.File("backups")).Single(), "vectors.db"), "x", TestContext.Current.CancellationToken);
        build.Data.Text = "after";
        build.Rollout.Notes.Clear();

        Assert.Equal(1, build.Run("--target=Restore", $"--from={build.File("backups")}"));

        Assert.Equal("after", build.Data.Text);
        Assert.Empty(build.Rollout.Notes);
    }

    [Fact]
    public async Task Without_a_backup_nothing_happens()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Data.Text = "precious";

        Assert.Equal(1, build.Run("--target=Restore", $"--from={build.File("nowhere")}"));

        Assert.Equal("precious", build.Data.Text);
    }

    [Fact]
    public async Task What_was_there_comes_back_when_the_release_does_not_get_well_on_the_restored_data()
    {
        await using var build = await BuildRun.CreateAsync();
        var release = build.Deploy("one");
        build.Data.Text = "before";
        build.Run("--target=Backup", $"--to={build.File("backups")}");
        build.Data.Text = "after";
        build.Rollout.Before = step =>
        {
            if (step == "start" && build.Data.Text == "before")
            {
                throw new RolloutFailedException("api ended with exit code 134", "api");
            }
        };

        Assert.Equal(1, build.Run("--target=Restore", $"--from={build.File("backups")}"));

        Assert.Equal("after", build.Data.Text);
        Assert.Equal(release, build.Rollout.Active);
        Assert.Contains("The restore failed; what was there before is in its place again.", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_to_back_up_leaves_nothing_behind()
    {
        await using var build = await BuildRun.CreateAsync();

        Assert.Equal(1, build.Run("--target=Backup", $"--to={build.File("backups")}"));

        Assert.False(Directory.Exists(build.File("backups")));
    }
}
