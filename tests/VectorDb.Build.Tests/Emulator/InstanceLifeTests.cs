namespace VectorDb.Build.Tests.Emulator;

[Trait(Suites.Trait, Suites.Full)]
public sealed class InstanceLifeTests(EmulatorFixture aws) : IClassFixture<EmulatorFixture>
{
    [Fact]
    public async Task Instances_are_spread_over_the_zones()
    {
        var group = await EmulatedGroup.CreateAsync(aws);
        await group.ResizeAsync(4);

        Assert.Equal([2, 2], (await group.InstancesAsync()).GroupBy(each => each.Zone).Select(zone => zone.Count()));
    }

    [Theory]
    [InlineData("MaxSize", "4", "Max bound, 4, must be greater than or equal to min bound, 6")]
    [InlineData("DesiredCapacity", "5", "Desired capacity:5 must be between the specified min size:6 and max size:8")]
    public async Task Bounds_that_do_not_fit_what_stays_are_refused_and_change_nothing(string parameter, string value, string reason)
    {
        var group = await EmulatedGroup.CreateAsync(aws);
        await group.CallAsync("UpdateAutoScalingGroup", ("MinSize", "6"), ("MaxSize", "8"), ("DesiredCapacity", "6"));

        var answer = await group.CallAsync("UpdateAutoScalingGroup", (parameter, value));

        Assert.Equal(("ValidationError", reason), (answer.Descendants("Code").Single().Value, answer.Descendants("Message").Single().Value));
        Assert.Equal(("8", "6"), ((await group.DescribeAsync()).Element("MaxSize")!.Value, (await group.DescribeAsync()).Element("DesiredCapacity")!.Value));
    }

    [Fact]
    public async Task An_instance_waits_for_its_boot_script_before_it_comes_into_service()
    {
        var group = await WithHookAsync("EC2_INSTANCE_LAUNCHING", "36000", "ABANDON");
        await group.CallAsync("SetDesiredCapacity", ("DesiredCapacity", "1"));
        var waiting = await Eventually.ReturnsAsync(group.InstancesAsync, seen => seen is [{ State: "Pending:Wait" }], "one instance waits");

        await CompleteAsync(group, waiting[0].Id, "CONTINUE");

        Assert.Equal(waiting[0].Id, (await group.InServiceAsync(1, "1"))[0].Id);
    }

    [Theory]
    [InlineData("36000", true)]
    [InlineData("60", false)]
    public async Task A_launch_that_is_abandoned_or_never_heard_of_is_replaced(string timeout, bool abandons)
    {
        var group = await WithHookAsync("EC2_INSTANCE_LAUNCHING", timeout, "ABANDON");
        await group.CallAsync("SetDesiredCapacity", ("DesiredCapacity", "1"));
        var first = await Eventually.ReturnsAsync(group.InstancesAsync, seen => seen is [{ State: "Pending:Wait" }], "one instance waits");

        if (abandons)
        {
            await CompleteAsync(group, first[0].Id, "ABANDON");
        }

        await Eventually.TrueAsync(async () => (await group.InstancesAsync()).All(each => each.Id != first[0].Id), "another instance in its place");
        Assert.Contains("abandoned the launch", (await group.CallAsync("DescribeScalingActivities")).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminating_instance_waits_until_its_work_is_done()
    {
        var group = await WithHookAsync("EC2_INSTANCE_TERMINATING", "36000", "CONTINUE");
        await group.ResizeAsync(1);
        await group.CallAsync("SetDesiredCapacity", ("DesiredCapacity", "0"));
        var leaving = await Eventually.ReturnsAsync(group.InstancesAsync, seen => seen is [{ State: "Terminating:Wait" }], "it waits");
        Assert.Equal("ResourceInUse", (await group.CallAsync("DeleteAutoScalingGroup")).Descendants("Code").Single().Value);

        await CompleteAsync(group, leaving[0].Id, "CONTINUE");

        await Eventually.TrueAsync(async () => (await group.InstancesAsync()).Count == 0, "it is gone");
    }

    [Fact]
    public async Task An_instance_that_its_load_balancer_finds_unhealthy_is_replaced()
    {
        var vpc = (await aws.QueryAsync("ec2", "DescribeVpcs")).Descendants("vpcId").First().Value;
        var target = (await aws.QueryAsync("elasticloadbalancing", "CreateTargetGroup", ("Name", $"t-{Guid.NewGuid():N}"[..12]), ("Protocol", "HTTP"), ("Port", "80"), ("VpcId", vpc)))
            .Descendants("TargetGroupArn").First().Value;
        var group = await EmulatedGroup.CreateAsync(aws, ("TargetGroupARNs.member.1", target), ("HealthCheckType", "ELB"), ("HealthCheckGracePeriod", "36000"));
        await group.ResizeAsync(2);
        var sick = (await group.InstancesAsync())[0].Id;

        await aws.ControlAsync(HttpMethod.Put, $"targets/{sick}", new { state = "unhealthy", reason = "Target.FailedHealthChecks", description = "Health checks failed" });

        var health = await aws.QueryAsync("elasticloadbalancing", "DescribeTargetHealth", ("TargetGroupArn", target));
        Assert.Contains("Target.FailedHealthChecks", health.ToString(), StringComparison.Ordinal);
        Assert.Contains(await group.InstancesAsync(), each => each.Id == sick);
        await group.CallAsync("UpdateAutoScalingGroup", ("HealthCheckGracePeriod", "0"));
        await Eventually.TrueAsync(async () => (await group.InstancesAsync()) is { Count: 2 } seen && seen.All(each => each.Id != sick && each.State == "InService"), "a healthy one in its place");
    }

    [Fact]
    public async Task A_capacity_out_of_bounds_is_refused()
    {
        var group = await EmulatedGroup.CreateAsync(aws);

        Assert.Equal("ValidationError", (await group.CallAsync("SetDesiredCapacity", ("DesiredCapacity", "11"))).Descendants("Code").Single().Value);
    }

    private async Task<EmulatedGroup> WithHookAsync(string transition, string timeout, string result)
    {
        var group = await EmulatedGroup.CreateAsync(aws);
        await group.CallAsync("PutLifecycleHook", ("LifecycleHookName", "hook"), ("LifecycleTransition", $"autoscaling:{transition}"), ("HeartbeatTimeout", timeout), ("DefaultResult", result));
        return group;
    }

    private static Task CompleteAsync(EmulatedGroup group, string instance, string result) =>
        group.CallAsync("CompleteLifecycleAction", ("LifecycleHookName", "hook"), ("InstanceId", instance), ("LifecycleActionResult", result));
}
