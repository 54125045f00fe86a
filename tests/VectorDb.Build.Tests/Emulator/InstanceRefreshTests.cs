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
        var (held, other) = (await EmulatedGroup.CreateAsync(aws), await EmulatedGroup.CreateAsync(aws));
        await held.ResizeAsync(2);
        await other.ResizeAsync(2);
        await held.StartRefreshAsync(Checkpoint(50, delay: 172800));
        var before = await Eventually.ReturnsAsync(() => ProgressAsync(held), static progress => progress.Percentage == "50", "the checkpoint");

        // One clock moves both: in the time of a whole refresh beside it, this one has not moved.
        await other.StartRefreshAsync();
        await other.RefreshEndsAsync("Successful");

        Assert.Equal(before, await ProgressAsync(held));
        Assert.Equal("InProgress", (await held.RefreshAsync()).Element("Status")!.Value);
        await held.CallAsync("CancelInstanceRefresh");
        await held.RefreshEndsAsync("Cancelled");
    }

    [Fact]
    public async Task When_the_delay_of_a_checkpoint_is_over_the_refresh_goes_on()
    {
        var group = await EmulatedGroup.CreateAsync(aws);
        await group.ResizeAsync(2);

        await group.StartRefreshAsync(Checkpoint(50, delay: 600));

        await group.RefreshEndsAsync("Successful");
        await group.InServiceAsync(2, "2");
    }

    private static (string, string)[] Checkpoint(int percentage, int delay) =>
    [
        ("Preferences.CheckpointPercentages.member.1", $"{percentage}"), ("Preferences.CheckpointPercentages.member.2", "100"), ("Preferences.CheckpointDelay", $"{delay}"),
    ];

    /// <returns>How far the refresh says that it is, and how many instances of the old and of the new version serve.</returns>
    private static async Task<(string Percentage, int Old, int New)> ProgressAsync(EmulatedGroup group)
    {
        var serving = (await group.InstancesAsync()).Where(static each => each.State == "InService").ToLookup(static each => each.Version);
        return ((await group.RefreshAsync()).Element("PercentageComplete")!.Value, serving["1"].Count(), serving["2"].Count());
    }
}
