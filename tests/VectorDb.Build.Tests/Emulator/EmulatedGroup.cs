using System.Xml.Linq;

namespace VectorDb.Build.Tests.Emulator;

/// <summary>A group of a test's own, with two versions of its launch template.</summary>
internal sealed class EmulatedGroup(EmulatorFixture aws, string name, string template)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public string Name => name;

    /// <param name="aws">Where.</param>
    /// <param name="options">Parameters of CreateAutoScalingGroup beside name, size, template and zone.</param>
    public static async Task<EmulatedGroup> CreateAsync(EmulatorFixture aws, params (string, string)[] options)
    {
        var name = $"group-{Guid.NewGuid():N}"[..20];
        var answer = await aws.QueryAsync("ec2", "CreateLaunchTemplate", ("LaunchTemplateName", name), ("LaunchTemplateData.ImageId", "ami-12c6146b"), ("LaunchTemplateData.InstanceType", "t3.large"));
        var template = answer.Descendants("launchTemplateId").First().Value;
        await aws.QueryAsync("ec2", "CreateLaunchTemplateVersion", ("LaunchTemplateId", template), ("LaunchTemplateData.ImageId", "ami-12c6146b"), ("LaunchTemplateData.InstanceType", "t3.xlarge"));
        var subnets = (await aws.QueryAsync("ec2", "DescribeSubnets")).Descendants("subnetId").Take(2).Select(subnet => subnet.Value);
        await aws.QueryAsync(
            "autoscaling",
            "CreateAutoScalingGroup",
            [
                ("AutoScalingGroupName", name), ("MinSize", "0"), ("MaxSize", "10"), ("DesiredCapacity", "0"), ("VPCZoneIdentifier", string.Join(',', subnets)),
                ("LaunchTemplate.LaunchTemplateId", template), ("LaunchTemplate.Version", "1"), .. options,
            ]);
        return new EmulatedGroup(aws, name, template);
    }

    public Task<XElement> CallAsync(string action, params (string, string)[] parameters) =>
        aws.QueryAsync("autoscaling", action, [("AutoScalingGroupName", name), .. parameters]);

    public async Task ResizeAsync(int capacity)
    {
        await CallAsync("SetDesiredCapacity", ("DesiredCapacity", $"{capacity}"));
        await InServiceAsync(capacity, "1");
    }

    public async Task<XElement> DescribeAsync() =>
        (await aws.QueryAsync("autoscaling", "DescribeAutoScalingGroups", ("AutoScalingGroupNames.member.1", name))).Descendants("AutoScalingGroups").Single().Element("member")!;

    public async Task<IReadOnlyList<Instance>> InstancesAsync() =>
    [
        .. (await aws.ControlAsync(HttpMethod.Get, "instances")).EnumerateArray().Where(each => each.GetProperty("group").GetString() == name).Select(each => new Instance(
            each.GetProperty("instanceId").GetString()!,
            each.GetProperty("lifecycleState").GetString()!,
            each.GetProperty("launchTemplateVersion").GetString()!,
            each.GetProperty("zone").GetString()!)),
    ];

    /// <summary>Waits until so many instances, and no others, are in service with a template version.</summary>
    public Task<IReadOnlyList<Instance>> InServiceAsync(int count, string version) => Eventually.ReturnsAsync(
        InstancesAsync, seen => seen.Count == count && seen.All(each => each.State == "InService" && each.Version == version), $"{count} instances of version {version} in service", Limit);

    public async Task<string> StartRefreshAsync(params (string, string)[] preferences) => (await CallAsync(
        "StartInstanceRefresh",
        [
            ("DesiredConfiguration.LaunchTemplate.LaunchTemplateId", template), ("DesiredConfiguration.LaunchTemplate.Version", "2"),
            ("Preferences.MinHealthyPercentage", "100"), ("Preferences.MaxHealthyPercentage", "150"), .. preferences,
        ])).Descendants("InstanceRefreshId").Single().Value;

    public async Task<XElement> RefreshAsync() => (await CallAsync("DescribeInstanceRefreshes")).Descendants("InstanceRefreshes").Single().Elements("member").First();

    public Task<XElement> RefreshEndsAsync(string status) => Eventually.ReturnsAsync(RefreshAsync, refresh => refresh.Element("Status")!.Value == status, $"refresh {status}", Limit);

    internal sealed record Instance(string Id, string State, string Version, string Zone);
}
