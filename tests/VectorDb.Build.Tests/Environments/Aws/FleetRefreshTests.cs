using VectorDb.Build.Aws;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Reporting;
using VectorDb.Build.Rollout;
using VectorDb.Build.Tests.Emulator;

namespace VectorDb.Build.Tests.Environments.Aws;

/// <summary>Groups of emulated instances, moved over the wire.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class FleetRefreshTests(EmulatorFixture aws) : IClassFixture<EmulatorFixture>, IAsyncLifetime
{
    private readonly StringWriter _said = new();
    private AwsSite _site = null!;
    private FleetRefresh _refresh = null!;

    private string Web => $"vectordb-{_site.Name}-web";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _site = await AwsSite.CreateAsync(aws);
        _refresh = Open();
    }

    public async ValueTask DisposeAsync()
    {
        if (_site is not null)
        {
            await _site.DisposeAsync();
        }

        await aws.ControlAsync(HttpMethod.Delete, "faults");
        await _said.DisposeAsync();
    }

    [Fact]
    public async Task A_first_release_brings_both_groups_up_from_zero_to_their_minimum()
    {
        var first = await MovedAsync();

        foreach (var (profile, minimum) in new[] { ("web", AwsSite.WebMinimum), ("worker", 1) })
        {
            var group = (await _site.GroupAsync(profile))!;
            Assert.Equal((minimum, minimum, first[profile]), (group.Min, group.Desired, group.Template));
            Assert.Equal(minimum, group.Instances.Count(static instance => instance.Lifecycle == "InService"));
            Assert.Empty(await _site.RefreshesAsync(profile));
        }
    }

    [Fact]
    public async Task A_second_release_replaces_instances_new_before_old_as_the_settings_say()
    {
        await MovedAsync();
        _site.Boots.Lowest = int.MaxValue;

        var second = await MovedAsync();

        var web = await _site.PreferencesAsync("web");
        Assert.Equal("100 150 true", $"{web["MinHealthyPercentage"]} {web["MaxHealthyPercentage"]} {web["SkipMatching"]}");
        Assert.Equal("50,100 120 300", $"{web["CheckpointPercentages"]} {web["CheckpointDelay"]} {web["BakeTime"]}");
        Assert.Equal(_site.Alarm, web["AlarmSpecification"]);
        Assert.DoesNotContain("InstanceWarmup", web.Keys);
        Assert.DoesNotContain("CheckpointPercentages", (await _site.PreferencesAsync("worker")).Keys);
        Assert.True(_site.Boots.Lowest >= AwsSite.WebMinimum, $"only {_site.Boots.Lowest} served at times");
        Assert.Equal(second["web"], (await _site.GroupAsync("web"))!.Template);
        Assert.Equal(second["worker"], (await _site.GroupAsync("worker"))!.Template);
    }

    [Fact]
    public async Task A_return_uses_neither_checkpoint_nor_bake_nor_alarms_but_lets_the_load_balancer_see_the_new_instances()
    {
        var first = await MovedAsync();
        await MovedAsync();
        await _site.RaiseAlarmAsync();
        _site.Boots.Lowest = int.MaxValue;

        await _refresh.MoveAsync(first, RolloutPace.Return, Token);

        var web = await _site.PreferencesAsync("web");
        Assert.Equal("100 200 20", $"{web["MinHealthyPercentage"]} {web["MaxHealthyPercentage"]} {web["InstanceWarmup"]}");
        Assert.Empty(web.Keys.Intersect(["CheckpointPercentages", "CheckpointDelay", "BakeTime", "AlarmSpecification"]));
        Assert.True(_site.Boots.Lowest >= AwsSite.WebMinimum, $"only {_site.Boots.Lowest} served at times");
        Assert.Equal(first["web"], (await _site.GroupAsync("web"))!.Template);
    }

    [Fact]
    public async Task With_three_instances_the_first_third_is_the_canary()
    {
        await using var site = await AwsSite.CreateAsync(aws, ("VECTORDB_WEB_MINIMUM", "3"));
        var refresh = Open(site.Account);
        await refresh.MoveAsync(await site.PublishAsync(), RolloutPace.Watched, Token);

        await refresh.MoveAsync(await site.PublishAsync(), RolloutPace.Watched, Token);

        Assert.Equal("33,100", (await site.PreferencesAsync("web"))["CheckpointPercentages"]);
    }

    [Fact]
    public async Task A_minimum_that_was_raised_is_there_after_the_next_release()
    {
        await MovedAsync();
        using var account = AccountWith(("VECTORDB_WEB_MINIMUM", "3"), ("VECTORDB_WEB_MAXIMUM", "5"));

        await Open(account).MoveAsync(await _site.PublishAsync(), RolloutPace.Watched, Token);

        Assert.Equal((3, 5, 3, 3), await SizesAsync());
    }

    [Fact]
    public async Task Minimum_and_maximum_that_were_lowered_below_what_was_are_there_after_the_next_release()
    {
        await MovedAsync();
        await _site.Account.Services.AutoScaling.ResizeAsync(Web, 4, 6, 4, Token);
        using var account = AccountWith(("VECTORDB_WEB_MINIMUM", "2"), ("VECTORDB_WEB_MAXIMUM", "3"));

        await Open(account).MoveAsync(await _site.PublishAsync(), RolloutPace.Watched, Token);

        Assert.Equal((2, 3, 3, 3), await SizesAsync());
    }

    [Fact]
    public async Task A_return_takes_no_capacity_away_that_was_given_to_the_group_under_load()
    {
        var first = await MovedAsync();
        await MovedAsync();
        await _site.Account.Services.AutoScaling.ResizeAsync(Web, 3, 8, 4, Token);
        await Eventually.TrueAsync(async () => (await _site.Boots.ServingAsync("web")).Count == 4, "the group has grown");
        _site.Boots.Lowest = int.MaxValue;
        using var account = AccountWith(("VECTORDB_WEB_MAXIMUM", "3"));

        await Open(account).MoveAsync(first, RolloutPace.Return, Token);

        Assert.Equal((3, 8, 4, 4), await SizesAsync());
        Assert.True(_site.Boots.Lowest >= 4, $"only {_site.Boots.Lowest} served at times");
    }

    [Fact]
    public async Task Capacity_that_is_just_leaving_does_not_pass_for_a_fleet()
    {
        await MovedAsync();
        foreach (var profile in new[] { "web", "worker" })
        {
            await _site.Account.Services.AutoScaling.ResizeAsync($"vectordb-{_site.Name}-{profile}", 0, 6, 0, Token);
        }

        await MovedAsync();

        Assert.Equal(AwsSite.WebMinimum, (await _site.GroupAsync("web"))!.Desired);
    }

    [Fact]
    public async Task Capacity_that_has_not_begun_to_leave_is_not_wanted_again_before_it_does()
    {
        await MovedAsync();
        await _site.Account.Services.AutoScaling.ResizeAsync($"vectordb-{_site.Name}-worker", 0, 6, 0, Token);
        await TerminatingAsync("SuspendProcesses");
        await _site.Account.Services.AutoScaling.ResizeAsync($"vectordb-{_site.Name}-web", 0, 6, 0, Token);
        var looks = await LooksAsync();

        var move = MovedAsync();
        await Eventually.TrueAsync(async () => await LooksAsync() > looks + 5, "the fleet is looked at again and again");
        Assert.Equal(0, (await _site.GroupAsync("web"))!.Desired);
        await TerminatingAsync("ResumeProcesses");

        var next = await move;
        Assert.All(await _site.Boots.ServingAsync("web"), machine => Assert.Equal(next["web"].Version, machine.Version));
    }

    private Task TerminatingAsync(string action) =>
        aws.QueryAsync("autoscaling", action, ("AutoScalingGroupName", $"vectordb-{_site.Name}-web"), ("ScalingProcesses.member.1", "Terminate"));

    private async Task<int> LooksAsync() => (await aws.ControlAsync(HttpMethod.Get, "calls")).EnumerateArray()
        .Where(static call => call.GetProperty("action").GetString() == "DescribeAutoScalingGroups").Sum(static call => call.GetProperty("count").GetInt32());

    [Theory]
    [InlineData("web")]
    [InlineData("worker")]
    public async Task An_instance_that_gives_up_ends_the_move_early_with_its_log(string profile)
    {
        await MovedAsync();
        var next = await _site.PublishAsync();
        _site.Boots.How = machine => machine.Version == next[profile].Version && machine.Profile == profile ? Boot.Abandons : Boot.Serves;

        var failure = await Assert.ThrowsAsync<RolloutFailedException>(() => _refresh.MoveAsync(next, RolloutPace.Watched, Token));

        Assert.Matches($"^Instance i-[0-9a-f]+ of vectordb-{_site.Name}-{profile} (gave up while it started|is gone before it served)\\.$", failure.Message);
        Assert.Equal($"{profile}-bootstrap", failure.Service);
        Assert.Equal("failed in line 97 with exit code 1", failure.Log[^1]);
    }

    [Fact]
    public async Task An_instance_that_its_load_balancer_finds_sick_ends_the_move_early_with_the_reason()
    {
        await MovedAsync();
        var next = await _site.PublishAsync();
        _site.Boots.How = machine => machine.Version == next["web"].Version && machine.Profile == "web" ? Boot.IsSick : Boot.Serves;

        var failure = await Assert.ThrowsAsync<RolloutFailedException>(() => _refresh.MoveAsync(next, RolloutPace.Watched, Token));

        Assert.Contains("is unhealthy: Health checks failed with these codes: [503] (Target.ResponseCodeMismatch)", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"has sent no line to /vectordb/{_site.Name}/", Assert.Single(failure.Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_cannot_be_read_does_not_hide_what_failed()
    {
        await MovedAsync();
        var next = await _site.PublishAsync();
        _site.Boots.How = machine => machine.Version == next["web"].Version ? Boot.Abandons : Boot.Serves;
        await aws.ControlAsync(HttpMethod.Post, "faults", new { service = "logs", action = "FilterLogEvents", times = 100, status = 400, code = "AccessDeniedException", message = "no" });

        var failure = await Assert.ThrowsAsync<RolloutFailedException>(() => _refresh.MoveAsync(next, RolloutPace.Watched, Token));

        Assert.StartsWith("Instance i-", failure.Message, StringComparison.Ordinal);
        Assert.Contains("AccessDeniedException", Assert.Single(failure.Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_launch_that_EC2_refuses_ends_the_move_early_also_when_it_has_refused_before()
    {
        var group = $"vectordb-{_site.Name}-web";
        var refusal = new { refusal = "We currently do not have sufficient t3.large capacity in the Availability Zone you requested." };
        await aws.ControlAsync(HttpMethod.Put, $"groups/{group}/launches", refusal);
        var failure = await Assert.ThrowsAsync<RolloutFailedException>(() => MovedAsync());
        Assert.Contains("sufficient t3.large capacity", failure.Message, StringComparison.Ordinal);
        await aws.ControlAsync(HttpMethod.Put, $"groups/{group}/launches", new { });
        await MovedAsync();
        await aws.ControlAsync(HttpMethod.Put, $"groups/{group}/launches", refusal);

        failure = await Assert.ThrowsAsync<RolloutFailedException>(() => MovedAsync());

        Assert.Contains("sufficient t3.large capacity", failure.Message, StringComparison.Ordinal);
        await aws.ControlAsync(HttpMethod.Put, $"groups/{group}/launches", new { });
    }

    [Fact]
    public async Task A_return_goes_on_after_a_launch_that_EC2_refuses()
    {
        var group = $"vectordb-{_site.Name}-web";
        await MovedAsync();
        await aws.ControlAsync(HttpMethod.Put, $"groups/{group}/launches", new { refusal = "We currently do not have sufficient t3.large capacity." });
        var next = await _site.PublishAsync();
        var returning = _refresh.MoveAsync(next, RolloutPace.Return, Token);
        await Eventually.TrueAsync(
            async () => (await _site.Account.Services.AutoScaling.ActivitiesAsync(group, 20, Token)).Any(static activity => activity.Status == "Failed"), "EC2 refuses");
        await aws.ControlAsync(HttpMethod.Put, $"groups/{group}/launches", new { });

        await returning;

        Assert.Contains("sufficient t3.large capacity. It tries again.", _said.ToString(), StringComparison.Ordinal);
        Assert.Equal(next["web"], (await _site.GroupAsync("web"))!.Template);
    }

    [Fact]
    public async Task An_alarm_in_the_middle_ends_the_move_by_its_name()
    {
        await MovedAsync();
        _site.Boots.Meets = _ => _site.RaiseAlarmAsync();

        var failure = await Assert.ThrowsAsync<RolloutFailedException>(() => MovedAsync());

        Assert.Contains("ended as Failed", failure.Message, StringComparison.Ordinal);
        Assert.Contains(_site.Alarm, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refresh_that_somebody_else_cancels_is_a_failure()
    {
        await MovedAsync();
        _site.Boots.How = static _ => Boot.Hangs;
        _site.Boots.Meets = machine => aws.QueryAsync(
            "autoscaling", "CancelInstanceRefresh", ("AutoScalingGroupName", $"vectordb-{_site.Name}-{machine.Profile}"), ("WaitForTransitioningInstances", "false"));

        var failure = await Assert.ThrowsAsync<RolloutFailedException>(() => MovedAsync());

        Assert.Contains("ended as Cancelled", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refresh_that_a_killed_run_left_is_cancelled_without_waiting_for_the_instance_that_hangs_in_it()
    {
        var first = await MovedAsync();
        var killed = await _site.PublishAsync();
        _site.Boots.How = static _ => Boot.Hangs;
        using (var kill = CancellationTokenSource.CreateLinkedTokenSource(Token))
        {
            _site.Boots.Meets = _ => kill.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _refresh.MoveAsync(killed, RolloutPace.Watched, kill.Token));
        }

        Assert.Equal("InProgress", (await _site.RefreshesAsync("web"))[0]);
        _site.Boots.Lowest = int.MaxValue;
        _site.Boots.How = static _ => Boot.Serves;
        _site.Boots.Meets = static _ => Task.CompletedTask;
        var next = await MovedAsync();

        Assert.Equal(["Successful", "Cancelled"], (await _site.RefreshesAsync("web")).Take(2));
        Assert.Contains("the instance refresh that goes on is cancelled (InProgress)", _said.ToString(), StringComparison.Ordinal);
        Assert.All((await _site.GroupAsync("web"))!.Instances, instance => Assert.Equal(next["web"], instance.Template));
        Assert.True(_site.Boots.Lowest >= AwsSite.WebMinimum, $"only {_site.Boots.Lowest} served at times");
        Assert.NotEqual(first, next);
    }

    [Fact]
    public async Task Credentials_that_run_out_end_the_move_with_what_to_do_and_a_later_run_recovers()
    {
        await MovedAsync();
        _site.Boots.Meets = _ => aws.ControlAsync(
            HttpMethod.Post, "faults", new { service = "autoscaling", action = "DescribeAutoScalingGroups", times = 1000, status = 403, code = "ExpiredTokenException", message = "The security token included in the request is expired" });

        var failure = await Assert.ThrowsAsync<AwsException>(() => MovedAsync());

        Assert.Equal("ExpiredTokenException", failure.Code);
        Assert.Contains("take fresh ones and run the command again", failure.Message, StringComparison.Ordinal);
        _site.Boots.Meets = static _ => Task.CompletedTask;
        await aws.ControlAsync(HttpMethod.Delete, "faults");
        var next = await MovedAsync();
        Assert.Equal(next["web"], (await _site.GroupAsync("web"))!.Template);
    }

    [Fact]
    public async Task A_manifest_that_names_no_version_of_a_profile_moves_nothing()
    {
        await MovedAsync();
        var next = new Dictionary<string, LaunchTemplateVersion>(await _site.PublishAsync());
        next.Remove("worker");

        await Assert.ThrowsAsync<RolloutFailedException>(() => _refresh.MoveAsync(next, RolloutPace.Watched, Token));

        Assert.Empty(await _site.RefreshesAsync("web"));
    }

    [Fact]
    public async Task Stopping_takes_all_capacity_away_and_says_whether_there_was_any()
    {
        await MovedAsync();

        Assert.True(await _refresh.EmptyAsync(Token));
        Assert.False(await _refresh.EmptyAsync(Token));

        Assert.Empty(await _site.Boots.AllAsync());
        Assert.Equal((0, 0), ((await _site.GroupAsync("web"))!.Min, (await _site.GroupAsync("worker"))!.Desired));
    }

    private async Task<IReadOnlyDictionary<string, LaunchTemplateVersion>> MovedAsync()
    {
        var next = await _site.PublishAsync();
        await _refresh.MoveAsync(next, RolloutPace.Watched, Token);
        return next;
    }

    /// <summary>Of the same environment with other settings.</summary>
    private AwsAccount AccountWith(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(_site.Variables);
        settings.ToList().ForEach(setting => all[setting.Name] = setting.Value);
        return new AwsAccount(_site.Name, EnvironmentSettings.Load(_site.Name, all, new Dictionary<string, string>(), new Dictionary<string, string>()), _site.Time);
    }

    private async Task<(int Min, int Max, int Desired, int Serving)> SizesAsync()
    {
        await Eventually.TrueAsync(async () => (await _site.GroupAsync("web"))!.Instances.All(static instance => instance.Lifecycle == "InService"), "nothing comes or goes");
        var group = (await _site.GroupAsync("web"))!;
        return (group.Min, group.Max, group.Desired, group.Instances.Count);
    }

    private FleetRefresh Open(AwsAccount? account = null) =>
        new(account ?? _site.Account, new Fleets(account ?? _site.Account), static _ => Task.CompletedTask, Journal(), _site.Time);

    private StepJournal Journal() => new(BuildConsole.Create(_said), TimeProvider.System);
}
