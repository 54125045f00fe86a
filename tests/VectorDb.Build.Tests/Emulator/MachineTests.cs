using System.Text.Json;

namespace VectorDb.Build.Tests.Emulator;

/// <summary>What a real machine behind an instance record is told, and tells.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class MachineTests(EmulatorFixture aws) : IClassFixture<EmulatorFixture>
{
    [Fact]
    public async Task The_address_of_the_machine_is_the_instances()
    {
        var instance = await LaunchAsync();

        await aws.ControlAsync(HttpMethod.Put, $"instances/{instance}/network", new { privateIp = "172.31.250.77" });

        var described = await aws.QueryAsync("ec2", "DescribeInstances", ("InstanceId.1", instance));
        Assert.All(described.Descendants("privateIpAddress"), static address => Assert.Equal("172.31.250.77", address.Value));
        Assert.Equal("172.31.250.77", (await aws.ControlAsync(HttpMethod.Get, $"instances/{instance}")).GetProperty("privateIp").GetString());
    }

    [Fact]
    public async Task What_it_wrote_is_its_console_output_also_when_it_has_gone()
    {
        var instance = await LaunchAsync();

        await aws.ControlAsync(HttpMethod.Put, $"instances/{instance}/console", new { output = "failed in line 7" });
        await aws.ControlAsync(HttpMethod.Delete, $"instances/{instance}", new { reason = "it burnt down" });

        await Eventually.TrueAsync(async () => !await IsThereAsync(instance), "it is gone");
        Assert.Equal("failed in line 7", (await aws.ControlAsync(HttpMethod.Get, $"instances/{instance}/console")).GetProperty("output").GetString());
    }

    [Fact]
    public async Task A_machine_that_stops_by_itself_is_replaced_although_hooks_wait_for_it()
    {
        var group = await EmulatedGroup.CreateAsync(aws);
        foreach (var transition in new[] { "LAUNCHING", "TERMINATING" })
        {
            await group.CallAsync(
                "PutLifecycleHook", ("LifecycleHookName", transition), ("LifecycleTransition", $"autoscaling:EC2_INSTANCE_{transition}"), ("HeartbeatTimeout", "36000"), ("DefaultResult", "ABANDON"));
        }

        await group.CallAsync("SetDesiredCapacity", ("DesiredCapacity", "1"));
        var first = (await Eventually.ReturnsAsync(group.InstancesAsync, static seen => seen is [{ State: "Pending:Wait" }], "it waits"))[0].Id;

        await aws.ControlAsync(HttpMethod.Delete, $"instances/{first}", new { reason = "its engine refused" });

        await Eventually.TrueAsync(async () => await group.InstancesAsync() is [{ State: "Pending:Wait" } next] && next.Id != first, "another one in its place");
        var activities = await group.CallAsync("DescribeScalingActivities");
        Assert.Contains("its engine refused", activities.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_credentials_are_those_of_its_instance_profiles_role()
    {
        var name = $"role-{Guid.NewGuid():N}"[..20];
        var trust = JsonSerializer.Serialize(new { Version = "2012-10-17", Statement = new[] { new { Effect = "Allow", Principal = new { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" } } });
        await aws.QueryAsync("iam", "CreateRole", ("RoleName", name), ("AssumeRolePolicyDocument", trust));
        await aws.QueryAsync("iam", "CreateInstanceProfile", ("InstanceProfileName", name));
        await aws.QueryAsync("iam", "AddRoleToInstanceProfile", ("InstanceProfileName", name), ("RoleName", name));
        var template = (await aws.QueryAsync(
            "ec2", "CreateLaunchTemplate", ("LaunchTemplateName", name), ("LaunchTemplateData.ImageId", "ami-12c6146b"), ("LaunchTemplateData.InstanceType", "t3.large"), ("LaunchTemplateData.IamInstanceProfile.Name", name)))
            .Descendants("launchTemplateId").First().Value;
        var group = await EmulatedGroup.CreateAsync(aws);
        await group.CallAsync("UpdateAutoScalingGroup", ("LaunchTemplate.LaunchTemplateId", template), ("LaunchTemplate.Version", "1"));
        await group.ResizeAsync(1);

        var issued = await aws.ControlAsync(HttpMethod.Get, $"instances/{(await group.InstancesAsync())[0].Id}/credentials");

        Assert.Equal(name, issued.GetProperty("role").GetString());
        Assert.True(issued.GetProperty("expiration").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddHours(5));
    }

    [Fact]
    public async Task Nothing_is_known_of_an_instance_that_is_not_there()
    {
        var unknown = await Assert.ThrowsAsync<HttpRequestException>(() => aws.ControlAsync(HttpMethod.Get, "instances/i-0"));

        Assert.Equal(System.Net.HttpStatusCode.NotFound, unknown.StatusCode);
    }

    private async Task<string> LaunchAsync()
    {
        var group = await EmulatedGroup.CreateAsync(aws);
        await group.ResizeAsync(1);
        return (await group.InstancesAsync())[0].Id;
    }

    private async Task<bool> IsThereAsync(string instance) =>
        (await aws.ControlAsync(HttpMethod.Get, "instances")).EnumerateArray().Any(each => each.GetProperty("instanceId").GetString() == instance);
}
