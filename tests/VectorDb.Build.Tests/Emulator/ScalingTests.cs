using System.Globalization;

namespace VectorDb.Build.Tests.Emulator;

[Trait(Suites.Trait, Suites.Full)]
public sealed class ScalingTests(EmulatorFixture aws) : IClassFixture<EmulatorFixture>
{
    [Fact]
    public async Task A_backlog_over_its_target_raises_the_workers_capacity()
    {
        var environment = $"env-{Guid.NewGuid():N}";
        var group = await TrackingAsync(environment);
        await group.ResizeAsync(2);

        await PutAsync(environment, 40, minutes: 3);

        // Twice the target of 20 an instance: twice the instances.
        await Eventually.TrueAsync(async () => (await group.DescribeAsync()).Element("DesiredCapacity")!.Value == "4", "twice the capacity");
    }

    [Fact]
    public async Task Target_tracking_makes_its_two_alarms_and_takes_them_away()
    {
        var group = await TrackingAsync("alarms");
        Assert.Equal(2, await AlarmsAsync(group));

        await group.CallAsync("DeletePolicy", ("PolicyName", $"policy-{group.Name}"));

        Assert.Equal(0, await AlarmsAsync(group));
    }

    [Fact]
    public async Task A_metric_in_a_log_line_is_a_metric()
    {
        var environment = $"env-{Guid.NewGuid():N}";
        var group = await TrackingAsync(environment);
        await group.ResizeAsync(1);
        await aws.JsonAsync("logs", "Logs_20140328.CreateLogGroup", new { logGroupName = environment });
        await aws.JsonAsync("logs", "Logs_20140328.CreateLogStream", new { logGroupName = environment, logStreamName = "worker" });

        var events = Enumerable.Range(0, 3).Select(minute => DateTimeOffset.UtcNow.AddMinutes(-minute).ToUnixTimeMilliseconds()).Select(at => new
        {
            timestamp = at,
            message = $$"""{"_aws":{"Timestamp":{{at}},"CloudWatchMetrics":[{"Namespace":"VectorDb","Dimensions":[["Environment"]],"Metrics":[{"Name":"BacklogPerInstance"}]}]},"Environment":"{{environment}}","BacklogPerInstance":60}""",
        }).Reverse();
        await aws.JsonAsync("logs", "Logs_20140328.PutLogEvents", new { logGroupName = environment, logStreamName = "worker", logEvents = events });

        await Eventually.TrueAsync(async () => (await group.DescribeAsync()).Element("DesiredCapacity")!.Value == "3", "three times the capacity");
    }

    [Theory]
    [InlineData("breaching", "ALARM")]
    [InlineData("notBreaching", "OK")]
    [InlineData("missing", "INSUFFICIENT_DATA")]
    public async Task Silence_means_what_the_alarm_says(string missing, string state)
    {
        var alarm = $"silent-{missing}";
        await aws.QueryAsync(
            "monitoring", "PutMetricAlarm", ("AlarmName", alarm), ("Namespace", "VectorDb"), ("MetricName", $"None-{missing}"), ("Statistic", "Sum"), ("Period", "60"), ("EvaluationPeriods", "1"),
            ("Threshold", "1"), ("ComparisonOperator", "LessThanThreshold"), ("TreatMissingData", missing));
        if (state == "INSUFFICIENT_DATA")
        {
            // As every alarm begins: it has to come back to it.
            await aws.QueryAsync("monitoring", "SetAlarmState", ("AlarmName", alarm), ("StateValue", "OK"), ("StateReason", "a test"));
        }

        await Eventually.TrueAsync(
            async () => (await aws.QueryAsync("monitoring", "DescribeAlarms", ("AlarmNames.member.1", alarm))).Descendants("StateValue").Single().Value == state, $"the alarm is {state}");
    }

    private async Task<EmulatedGroup> TrackingAsync(string environment)
    {
        var group = await EmulatedGroup.CreateAsync(aws, ("DefaultInstanceWarmup", "36000"));
        const string Metric = "TargetTrackingConfiguration.CustomizedMetricSpecification";
        await group.CallAsync(
            "PutScalingPolicy", ("PolicyName", $"policy-{group.Name}"), ("PolicyType", "TargetTrackingScaling"), ("TargetTrackingConfiguration.TargetValue", "20"),
            ($"{Metric}.Namespace", "VectorDb"), ($"{Metric}.MetricName", "BacklogPerInstance"), ($"{Metric}.Statistic", "Average"),
            ($"{Metric}.Dimensions.member.1.Name", "Environment"), ($"{Metric}.Dimensions.member.1.Value", environment));
        return group;
    }

    private async Task PutAsync(string environment, double value, int minutes)
    {
        for (var minute = 0; minute < minutes; minute++)
        {
            await aws.QueryAsync(
                "monitoring", "PutMetricData", ("Namespace", "VectorDb"), ("MetricData.member.1.MetricName", "BacklogPerInstance"),
                ("MetricData.member.1.Value", value.ToString(CultureInfo.InvariantCulture)), ("MetricData.member.1.Timestamp", DateTimeOffset.UtcNow.AddMinutes(-minute).ToString("O")),
                ("MetricData.member.1.Dimensions.member.1.Name", "Environment"), ("MetricData.member.1.Dimensions.member.1.Value", environment));
        }
    }

    private async Task<int> AlarmsAsync(EmulatedGroup group) =>
        (await aws.QueryAsync("monitoring", "DescribeAlarms", ("AlarmNamePrefix", $"TargetTracking-{group.Name}-"))).Descendants("AlarmName").Count();
}
