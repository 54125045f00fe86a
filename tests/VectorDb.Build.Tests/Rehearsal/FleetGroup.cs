using System.Text;
using System.Text.Json;
using VectorDb.Build.Environments.Rehearsal.Fleet;
using VectorDb.Build.Rendering;
using VectorDb.Build.Tests.Rendering;

namespace VectorDb.Build.Tests.Rehearsal;

/// <summary>One group of an environment of a test's own, with all that Terraform would have made for it, at zero capacity.</summary>
internal sealed class FleetGroup(FleetSite site, string environment, string profile)
{
    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(4);

    public string Name => $"vectordb-{environment}-{profile}";

    /// <param name="site">Where.</param>
    /// <param name="environment">Names the group and everything of it.</param>
    /// <param name="profile"><c>web</c> or <c>worker</c>.</param>
    /// <param name="bundle">What lies in the release bucket in the place of the bundle; null for the bundle itself.</param>
    public static async Task<FleetGroup> CreateAsync(FleetSite site, string environment, string profile, string? bundle = null)
    {
        var group = new FleetGroup(site, environment, profile);
        var files = SampleRelease.Templates.Render(site.Model with { Environment = environment });
        var archive = files.Single(static file => file.Path == ReleaseTemplates.BundleFile);
        await site.PutAsync($"bundles/{archive.Hash.Hex}.tar", bundle is null ? archive.Content : Encoding.UTF8.GetBytes(bundle));
        await group.MakeRoleAsync();
        await group.MakeSettingsAsync();
        await group.MakeGroupAsync(files.Text($"user-data-{profile}.sh"));
        return group;
    }

    public Task ResizeAsync(int capacity) => CallAsync("SetDesiredCapacity", ("DesiredCapacity", $"{capacity}"));

    /// <summary>Waits until an instance of the group looks as wanted; a failure shows what its machine said.</summary>
    public async Task<InstanceLife> InstanceAsync(Func<InstanceLife, bool> condition, string what)
    {
        try
        {
            var lives = await Eventually.ReturnsAsync(() => Task.FromResult(Lives()), lives => lives.Any(condition), $"an instance of {Name} {what}", BootLimit);
            return lives.First(condition);
        }
        finally
        {
            foreach (var life in Lives())
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"{life}\n{await site.ConsoleAsync(life.Id)}");
            }
        }
    }

    /// <summary>Messages in a log group of the environment.</summary>
    public async Task<string> LogAsync(string name, string instance)
    {
        var answer = await site.Aws.JsonAsync("logs", "Logs_20140328.GetLogEvents", new { logGroupName = $"/vectordb/{environment}/{name}", logStreamName = instance, startFromHead = true });
        return answer.TryGetProperty("events", out var events) ? string.Join('\n', events.EnumerateArray().Select(static each => each.GetProperty("message").GetString())) : "";
    }

    /// <summary>What the instances' role has called with success, and how often.</summary>
    public async Task<IReadOnlyDictionary<string, int>> CalledAsync() =>
        (await site.Site.Aws.CallsAsync(TestContext.Current.CancellationToken))
            .Where(call => call.Principal == Name && call.Status == 200)
            .SelectMany(static call => call.Permissions, static (call, permission) => (Permission: permission, call.Count))
            .GroupBy(static call => call.Permission, static call => call.Count, StringComparer.Ordinal)
            .ToDictionary(static calls => calls.Key, static calls => calls.Sum(), StringComparer.Ordinal);

    /// <summary>Waits until none of its machines is left.</summary>
    public Task EmptyAsync() => Eventually.TrueAsync(() => Lives().All(static life => life.Gone is not null), $"no machine of {Name} is left", BootLimit);

    private List<InstanceLife> Lives() => [.. site.Fleet.Lives.Where(life => life.Group == Name)];

    private async Task MakeRoleAsync()
    {
        var trust = JsonSerializer.Serialize(new { Version = "2012-10-17", Statement = new[] { new { Effect = "Allow", Principal = new { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" } } });
        await site.Aws.QueryAsync("iam", "CreateRole", ("RoleName", Name), ("AssumeRolePolicyDocument", trust));
        await site.Aws.QueryAsync("iam", "CreateInstanceProfile", ("InstanceProfileName", Name));
        await site.Aws.QueryAsync("iam", "AddRoleToInstanceProfile", ("InstanceProfileName", Name), ("RoleName", Name));
    }

    private async Task MakeSettingsAsync()
    {
        foreach (var log in new[] { $"{profile}-bootstrap", $"{profile}-host", "nginx", "api", "dashboard", "worker" })
        {
            await site.Aws.JsonAsync("logs", "Logs_20140328.CreateLogGroup", new { logGroupName = $"/vectordb/{environment}/{log}" });
        }

        foreach (var secret in new[] { "redis-password", "api-keys" })
        {
            await site.Aws.JsonAsync("secretsmanager", "secretsmanager.CreateSecret", new { Name = $"vectordb/{environment}/{secret}", SecretString = $"{environment}-{secret}" });
        }

        await site.Aws.JsonAsync("ssm", "AmazonSSM.PutParameter", new { Name = $"/vectordb/{environment}/runtime/store", Value = "embedded", Type = "String" });
    }

    private async Task MakeGroupAsync(string userData)
    {
        var template = (await site.Aws.QueryAsync(
            "ec2", "CreateLaunchTemplate", ("LaunchTemplateName", Name), ("LaunchTemplateData.ImageId", "ami-12c6146b"), ("LaunchTemplateData.InstanceType", "t3.large"),
            ("LaunchTemplateData.UserData", Convert.ToBase64String(Encoding.UTF8.GetBytes(userData))), ("LaunchTemplateData.IamInstanceProfile.Name", Name)))
            .Descendants("launchTemplateId").First().Value;
        var subnet = (await site.Aws.QueryAsync("ec2", "DescribeSubnets")).Descendants("subnetId").First().Value;
        await CallAsync(
            "CreateAutoScalingGroup", ("MinSize", "0"), ("MaxSize", "4"), ("DesiredCapacity", "0"), ("VPCZoneIdentifier", subnet),
            ("LaunchTemplate.LaunchTemplateId", template), ("LaunchTemplate.Version", "1"));
        foreach (var (hook, transition, result) in new[] { ("boot", "LAUNCHING", "ABANDON"), ("drain", "TERMINATING", "CONTINUE") })
        {
            await CallAsync(
                "PutLifecycleHook", ("LifecycleHookName", hook), ("LifecycleTransition", $"autoscaling:EC2_INSTANCE_{transition}"), ("HeartbeatTimeout", "600"), ("DefaultResult", result));
        }
    }

    private async Task CallAsync(string action, params (string, string)[] parameters) =>
        Assert.Empty((await site.Aws.QueryAsync("autoscaling", action, [("AutoScalingGroupName", Name), .. parameters])).Descendants("Code"));
}
