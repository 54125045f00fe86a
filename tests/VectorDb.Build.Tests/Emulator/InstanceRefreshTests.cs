namespace VectorDb.Build.Tests.Emulator;

[Trait(Suites.Trait, Suites.Full)]
public sealed class InstanceRefreshTests(EmulatorFixture aws) : IClassFixture<EmulatorFixture>
{
    [Fact]
    public async Task A_refresh_replaces_every_instance_without_going_below_capacity_and_then_moves_the_group()
    {
        var group = await EmulatedGroup.CreateAsync(aws, ("DefaultInstanceWarmup", "60"));
        await group.ResizeAsync(4);
        List<int> serving = [];

        await group.StartRefreshAsync(("Preferences.SkipMatching", "true"));
        await Eventually.TrueAsync(
            async () =>
            {
                serving.Add((await group.InstancesAsync()).Count(each => each.State == "InService"));
                return (await group.RefreshAsync()).Element("Status")!.Value == "Successful";
            },
            "the refresh succeeds");

        await group.InServiceAsync(4, "2");
        Assert.True(serving.Min() >= 4, $"at times only {serving.Min()} of 4 served");
        Assert.Equal("100", (await group.RefreshAsync()).Element("PercentageComplete")!.Value);
        Assert.Equal("2", (await group.DescribeAsync()).Element("LaunchTemplate")!.Element("Version")!.Value);
    }

    [Fact]
    public async Task A_refresh_to_what_runs_already_replaces_nothing()
    {
        var group = await EmulatedGroup.CreateAsync(aws);
        await group.ResizeAsync(2);
        await group.StartRefreshAsync(("Preferences.SkipMatching", "true"));
        await group.RefreshEndsAsync("Successful");
        var before = await group.InServiceAsync(2, "2");

        await group.StartRefreshAsync(("Preferences.SkipMatching", "true"));
        await group.RefreshEndsAsync("Successful");

        Assert.Equal(before.Select(each => each.Id).Order(), (await group.InstancesAsync()).Select(each => each.Id).Order());
    }

    [Fact]
    public async Task A_second_refresh_is_refused_while_one_runs()
    {
        var group = await EmulatedGroup.CreateAsync(aws, ("DefaultInstanceWarmup", "3600"));
        await group.ResizeAsync(2);
        await group.StartRefreshAsync();

        Assert.Equal("InstanceRefreshInProgress", (await group.CallAsync("StartInstanceRefresh")).Descendants("Code").Single().Value);
    }

    [Fact]
    public async Task A_cancelled_refresh_takes_nothing_back_and_leaves_the_group_where_it_was()
    {
        var group = await EmulatedGroup.CreateAsync(aws, ("DefaultInstanceWarmup", "36000"));
        await group.ResizeAsync(2);
        await group.StartRefreshAsync();
        await Eventually.TrueAsync(async () => (await group.InstancesAsync()).Any(each => each.Version == "2"), "a first new instance");

        await group.CallAsync("CancelInstanceRefresh");
        await group.RefreshEndsAsync("Cancelled");

        Assert.Equal("1", (await group.DescribeAsync()).Element("LaunchTemplate")!.Element("Version")!.Value);
        Assert.Equal("ActiveInstanceRefreshNotFound", (await group.CallAsync("CancelInstanceRefresh")).Descendants("Code").Single().Value);
    }

    [Fact]
    public async Task A_rollback_returns_to_the_version_that_ran_before()
    {
        var group = await EmulatedGroup.CreateAsync(aws, ("DefaultInstanceWarmup", "1800"));
        await group.ResizeAsync(2);
        await group.StartRefreshAsync();
        await Eventually.TrueAsync(async () => (await group.InstancesAsync()).Any(each => each is { Version: "2", State: "InService" }), "a new instance in service");

        await group.CallAsync("RollbackInstanceRefresh");
        await group.RefreshEndsAsync("RollbackSuccessful");

        await group.InServiceAsync(2, "1");
        Assert.Equal("1", (await group.DescribeAsync()).Element("LaunchTemplate")!.Element("Version")!.Value);
    }

    [Fact]
    public async Task An_alarm_while_it_bakes_takes_the_refresh_back()
    {
        var group = await EmulatedGroup.CreateAsync(aws);
        await group.ResizeAsync(2);
        var alarm = $"alarm-{group.Name}";
        await aws.QueryAsync(
            "monitoring", "PutMetricAlarm", ("AlarmName", alarm), ("Namespace", "Test"), ("MetricName", "Errors"), ("Statistic", "Sum"), ("Period", "60"), ("EvaluationPeriods", "1"),
            ("Threshold", "1"), ("ComparisonOperator", "GreaterThanThreshold"), ("TreatMissingData", "notBreaching"));
        await group.StartRefreshAsync(("Preferences.AutoRollback", "true"), ("Preferences.BakeTime", "36000"), ("Preferences.AlarmSpecification.Alarms.member.1", alarm));
        await group.RefreshEndsAsync("Baking");

        await aws.QueryAsync("monitoring", "SetAlarmState", ("AlarmName", alarm), ("StateValue", "ALARM"), ("StateReason", "a test"));

        var refresh = await group.RefreshEndsAsync("RollbackSuccessful");
        Assert.Contains(alarm, refresh.Element("StatusReason")!.Value, StringComparison.Ordinal);
        await group.InServiceAsync(2, "1");
    }

    [Fact]
    public async Task A_checkpoint_holds_the_refresh_at_its_percentage()
    {
        var group = await EmulatedGroup.CreateAsync(aws);
        await group.ResizeAsync(4);

        await group.StartRefreshAsync(("Preferences.CheckpointPercentages.member.1", "25"), ("Preferences.CheckpointPercentages.member.2", "100"), ("Preferences.CheckpointDelay", "6000"));

        await Eventually.TrueAsync(async () => (await group.RefreshAsync()).Element("PercentageComplete")!.Value is "25" or "50", "the first checkpoint");
        await group.RefreshEndsAsync("Successful");
        await group.InServiceAsync(4, "2");
    }
}
