using System.Text;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.SimpleSystemsManagement.Model;
using VectorDb.Build.Aws;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Environments.Rehearsal;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Secrets;
using VectorDb.Build.Tests.Emulator;
using VectorDb.Build.Tests.Secrets;

namespace VectorDb.Build.Tests.Environments.Aws;

/// <summary>An environment as bootstrap and Terraform leave it: groups without capacity, and what the release reads of them.</summary>
internal sealed class AwsSite : IAsyncDisposable
{
    public const int WebMinimum = 2;

    private readonly EmulatorFixture _aws;
    private readonly Dictionary<string, string> _templates = new(StringComparer.Ordinal);

    private AwsSite(EmulatorFixture aws, string name, IReadOnlyDictionary<string, string> settings)
    {
        (_aws, Name, Variables) = (aws, name, settings);
        Account = new AwsAccount(name, EnvironmentSettings.Load(name, settings, new Dictionary<string, string>(), new Dictionary<string, string>()), Time);
        Boots = new InstanceBoots(aws, name);
    }

    public string Name { get; }

    public string Alarm => $"vectordb-{Name}-target-errors";

    public IReadOnlyDictionary<string, string> Variables { get; }

    public AwsAccount Account { get; }

    public InstanceBoots Boots { get; }

    public TimeProvider Time { get; } = new AcceleratedTime(20);

    public EmulatorFixture Aws => _aws;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<AwsSite> CreateAsync(EmulatorFixture aws, params (string Name, string Value)[] settings)
    {
        UseAnyKey();
        var name = $"t{Guid.NewGuid():N}"[..9];
        var site = new AwsSite(aws, name, SettingsOf(aws, settings));
        await site.BootstrapAsync();
        await site.ApplyAsync();
        return site;
    }

    /// <summary>One that nobody has bootstrapped.</summary>
    public static AwsSite Bare(EmulatorFixture aws, params (string Name, string Value)[] settings)
    {
        UseAnyKey();
        return new AwsSite(aws, $"t{Guid.NewGuid():N}"[..9], SettingsOf(aws, settings));
    }

    /// <summary>Keeps its settings in the parameter store too, as its bootstrap does.</summary>
    public async Task StoreSettingsAsync()
    {
        foreach (var setting in SettingsCatalogue.All.Where(setting => Variables.ContainsKey(setting.Name) && setting != SettingsCatalogue.AwsEndpoint))
        {
            await Account.Systems.PutParameterAsync(
                new PutParameterRequest
                {
                    Name = Account.ParameterName($"settings/{setting.Parameter}"),
                    Value = Variables[setting.Name],
                    Type = Amazon.SimpleSystemsManagement.ParameterType.String,
                },
                Token);
        }
    }

    /// <summary>A new launch template version of both profiles, as an apply publishes it.</summary>
    /// <param name="userData">By profile; null where nothing will boot from it.</param>
    public async Task<IReadOnlyDictionary<string, LaunchTemplateVersion>> PublishAsync(Func<string, string>? userData = null)
    {
        var versions = new Dictionary<string, LaunchTemplateVersion>(StringComparer.Ordinal);
        foreach (var (profile, template) in _templates)
        {
            var answer = await _aws.QueryAsync(
                "ec2", "CreateLaunchTemplateVersion", ("LaunchTemplateId", template), ("LaunchTemplateData.ImageId", "ami-12c6146b"), ("LaunchTemplateData.InstanceType", "t3.large"),
                ("LaunchTemplateData.UserData", Convert.ToBase64String(Encoding.UTF8.GetBytes(userData?.Invoke(profile) ?? ""))));
            versions[profile] = new LaunchTemplateVersion(template, answer.Descendants("versionNumber").Single().Value);
        }

        return versions;
    }

    public Task<AutoScalingGroup?> GroupAsync(string profile) => Account.Services.AutoScaling.FindGroupAsync($"vectordb-{Name}-{profile}", Token);

    /// <summary>What the newest refresh of a group was asked for, by the names of the API.</summary>
    public async Task<IReadOnlyDictionary<string, string>> PreferencesAsync(string profile) => (await _aws.QueryAsync(
        "autoscaling", "DescribeInstanceRefreshes", ("AutoScalingGroupName", $"vectordb-{Name}-{profile}")))
        .Descendants("InstanceRefreshes").Single().Elements("member").First().Element("Preferences")!.Elements()
        .ToDictionary(static each => each.Name.LocalName, static each => each.HasElements ? string.Join(',', each.Descendants("member").Select(static member => member.Value)) : each.Value);

    public async Task<IReadOnlyList<string>> RefreshesAsync(string profile) =>
        [.. (await Account.Services.AutoScaling.RefreshesAsync($"vectordb-{Name}-{profile}", Token)).Select(static refresh => refresh.Status)];

    public Task RaiseAlarmAsync(string state = "ALARM") =>
        _aws.QueryAsync("monitoring", "SetAlarmState", ("AlarmName", Alarm), ("StateValue", state), ("StateReason", "three answers of 500"));

    public async ValueTask DisposeAsync()
    {
        await Boots.DisposeAsync();
        Account.Dispose();
    }

    // The SDK's own chain: the emulator believes any key.
    private static void UseAnyKey()
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "test");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "test");
    }

    private static Dictionary<string, string> SettingsOf(EmulatorFixture aws, IEnumerable<(string Name, string Value)> more)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["VECTORDB_REGION"] = EmulatedAws.Region,
            ["VECTORDB_ACCOUNT"] = EmulatedAws.Account,
            ["VECTORDB_AWS_ENDPOINT"] = aws.Endpoint.AbsoluteUri.TrimEnd('/'),
            ["VECTORDB_DOMAIN_NAME"] = "api.example.org",
            ["VECTORDB_COMPOSE_SHA256"] = new string('c', 64),
            ["VECTORDB_CA_BUNDLE_SHA256"] = new string('d', 64),
            ["VECTORDB_IMAGE_ID"] = "ami-12c6146b",
            ["VECTORDB_EMBEDDER"] = "hashing",
        };
        more.ToList().ForEach(each => settings[each.Name] = each.Value);
        return settings;
    }

    private async Task BootstrapAsync()
    {
        await Account.Dynamo.CreateTableAsync(
            new CreateTableRequest
            {
                TableName = Account.ReleaseTable,
                BillingMode = BillingMode.PAY_PER_REQUEST,
                KeySchema = [new KeySchemaElement("pk", KeyType.HASH), new KeySchemaElement("sk", KeyType.RANGE)],
                AttributeDefinitions = [new AttributeDefinition("pk", ScalarAttributeType.S), new AttributeDefinition("sk", ScalarAttributeType.N)],
            },
            Token);
        await Account.S3.PutBucketAsync(new Amazon.S3.Model.PutBucketRequest { BucketName = Account.ReleaseBucket }, Token);
        foreach (var (secret, value) in new[] { (SecretCatalogue.SmokeApiKey, "smoke-key"), (SecretCatalogue.RedisPassword, "canary-password") })
        {
            await _aws.Endpoint.CreateSecretContainerAsync(Account.SecretName(secret.Name), Token);
            await SecretValue.PutAsync(Account, secret, value, Token);
        }
    }

    private async Task ApplyAsync()
    {
        var vpc = (await _aws.QueryAsync("ec2", "DescribeVpcs")).Descendants("vpcId").First().Value;
        var targets = (await _aws.QueryAsync("elasticloadbalancing", "CreateTargetGroup", ("Name", $"{Name}-web"), ("Protocol", "HTTP"), ("Port", "80"), ("VpcId", vpc)))
            .Descendants("TargetGroupArn").First().Value;
        await _aws.QueryAsync(
            "monitoring", "PutMetricAlarm", ("AlarmName", Alarm), ("Namespace", "Test"), ("MetricName", $"Errors-{Name}"), ("Statistic", "Sum"), ("Period", "60"), ("EvaluationPeriods", "1"),
            ("Threshold", "1"), ("ComparisonOperator", "GreaterThanThreshold"), ("TreatMissingData", "notBreaching"));
        await GroupAsync("web", "6", ("TargetGroupARNs.member.1", targets), ("HealthCheckType", "ELB"));
        await GroupAsync("worker", "4");
        foreach (var (name, value) in new[]
        {
            ("url", "https://api.example.org/"), ("load-balancer", "balancer.example.org"), ("target-group-arn", targets), ("cache-user-id", "application"), ("rollout-alarms", Alarm),
        })
        {
            await Account.Systems.PutParameterAsync(
                new PutParameterRequest { Name = Account.ParameterName($"service/{name}"), Value = value, Type = Amazon.SimpleSystemsManagement.ParameterType.String }, Token);
        }
    }

    private async Task GroupAsync(string profile, string maximum, params (string, string)[] options)
    {
        var name = $"vectordb-{Name}-{profile}";
        var template = (await _aws.QueryAsync("ec2", "CreateLaunchTemplate", ("LaunchTemplateName", name), ("LaunchTemplateData.ImageId", "ami-12c6146b"), ("LaunchTemplateData.InstanceType", "t3.large")))
            .Descendants("launchTemplateId").First().Value;
        _templates[profile] = template;
        var subnets = (await _aws.QueryAsync("ec2", "DescribeSubnets")).Descendants("subnetId").Take(2).Select(static subnet => subnet.Value);
        await _aws.QueryAsync(
            "autoscaling",
            "CreateAutoScalingGroup",
            [
                ("AutoScalingGroupName", name), ("MinSize", "0"), ("MaxSize", maximum), ("DesiredCapacity", "0"), ("VPCZoneIdentifier", string.Join(',', subnets)), ("DefaultInstanceWarmup", "60"),
                ("HealthCheckGracePeriod", "36000"), ("TerminationPolicies.member.1", "NewestInstance"), ("LaunchTemplate.LaunchTemplateId", template), ("LaunchTemplate.Version", "1"), .. options,
            ]);
        await _aws.QueryAsync(
            "autoscaling", "PutLifecycleHook", ("AutoScalingGroupName", name), ("LifecycleHookName", InstanceBoots.Hook), ("LifecycleTransition", "autoscaling:EC2_INSTANCE_LAUNCHING"),
            ("HeartbeatTimeout", "36000"), ("DefaultResult", "ABANDON"));
        await _aws.JsonAsync("logs", "Logs_20140328.CreateLogGroup", new { logGroupName = $"/vectordb/{Name}/{profile}-bootstrap" });
    }
}
