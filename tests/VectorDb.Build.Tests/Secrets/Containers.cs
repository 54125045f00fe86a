using System.Xml.Linq;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.S3.Model;
using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Environments.Rehearsal;
using VectorDb.Build.Secrets;
using VectorDb.Build.Tests.Environments;

namespace VectorDb.Build.Tests.Secrets;

/// <summary>An account with what the foundation makes of table, bucket and secrets.</summary>
public sealed class AccountWithContainers : AwsBuild
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var token = TestContext.Current.CancellationToken;
        await Account.Dynamo.CreateTableAsync(
            new CreateTableRequest
            {
                TableName = Account.ReleaseTable,
                BillingMode = BillingMode.PAY_PER_REQUEST,
                KeySchema = [new KeySchemaElement("pk", KeyType.HASH), new KeySchemaElement("sk", KeyType.RANGE)],
                AttributeDefinitions = [new AttributeDefinition("pk", ScalarAttributeType.S), new AttributeDefinition("sk", ScalarAttributeType.N)],
            },
            token);
        await Account.S3.PutBucketAsync(new PutBucketRequest { BucketName = Account.ReleaseBucket }, token);
        foreach (var secret in SecretCatalogue.All)
        {
            await Aws.Endpoint.CreateSecretContainerAsync(Account.SecretName(secret.Name), token);
        }
    }
}

/// <summary>What Terraform makes of an environment's secrets, without Terraform.</summary>
internal static class Containers
{
    /// <summary>A secret without a value.</summary>
    public static Task CreateSecretContainerAsync(this Uri aws, string name, CancellationToken cancellation) =>
        SendAsync(aws, "secretsmanager", new StringContent($$"""{"Name":"{{name}}","ClientRequestToken":"{{Guid.NewGuid()}}"}"""), "secretsmanager.CreateSecret", cancellation);

    /// <summary>The queue's user, locked, and the parameter that names it.</summary>
    public static async Task<string> CreateCacheUserAsync(this EmulatedAws aws, AwsAccount account, CancellationToken cancellation)
    {
        var id = $"vectordb-{account.Environment}-application";
        await SendAsync(
            aws.Endpoint, "elasticache",
            new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["Action"] = "CreateUser",
                ["Version"] = "2015-02-02",
                ["UserId"] = id,
                ["UserName"] = "default",
                ["Engine"] = "redis",
                ["AccessString"] = "off ~* -@all",
                ["AuthenticationMode.Type"] = "no-password-required",
            }),
            target: null, cancellation);
        await account.Systems.PutParameterAsync(
            new PutParameterRequest { Name = account.ParameterName("service/cache-user-id"), Value = id, Type = ParameterType.String }, cancellation);
        return id;
    }

    /// <summary>A group of one instance that has started.</summary>
    /// <returns>Its id.</returns>
    public static async Task<string> CreateGroupAsync(this EmulatedAws aws, AwsAccount account, string profile, CancellationToken cancellation)
    {
        var name = $"vectordb-{account.Environment}-{profile}";
        await SendAsync(aws.Endpoint, "ec2", Form("CreateLaunchTemplate", "2016-11-15", ("LaunchTemplateName", name), ("LaunchTemplateData.ImageId", "ami-12c6146b"), ("LaunchTemplateData.InstanceType", "t3.large")), null, cancellation);
        var subnets = XElement.Parse(await SendAsync(aws.Endpoint, "ec2", Form("DescribeSubnets", "2016-11-15"), null, cancellation));
        var subnet = subnets.Descendants(subnets.Name.Namespace + "subnetId").First().Value;
        await SendAsync(
            aws.Endpoint, "autoscaling",
            Form("CreateAutoScalingGroup", "2011-01-01", ("AutoScalingGroupName", name), ("MinSize", "0"), ("MaxSize", "1"), ("DesiredCapacity", "0"), ("LaunchTemplate.LaunchTemplateName", name), ("LaunchTemplate.Version", "1"), ("VPCZoneIdentifier", subnet)),
            null, cancellation);
        await account.Services.AutoScaling.ResizeAsync(name, 1, 1, 1, cancellation);
        var started = await Eventually.ReturnsAsync(
            async () => (await account.Services.AutoScaling.FindGroupAsync(name, cancellation))?.Instances.FirstOrDefault(),
            static instance => instance?.Lifecycle == "InService", "an instance is in service");
        return started!.Id;
    }

    /// <summary>A line of an instance's boot log, as the agent ships it.</summary>
    public static async Task LogAsync(this EmulatedAws aws, string group, string instance, string line, CancellationToken cancellation)
    {
        await SendAsync(aws.Endpoint, "logs", new StringContent($$"""{"logGroupName":"{{group}}"}"""), "Logs_20140328.CreateLogGroup", cancellation);
        await SendAsync(aws.Endpoint, "logs", new StringContent($$"""{"logGroupName":"{{group}}","logStreamName":"{{instance}}"}"""), "Logs_20140328.CreateLogStream", cancellation);
        await SendAsync(
            aws.Endpoint, "logs",
            new StringContent($$"""{"logGroupName":"{{group}}","logStreamName":"{{instance}}","logEvents":[{"timestamp":{{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}},"message":"{{line}}"}]}"""),
            "Logs_20140328.PutLogEvents", cancellation);
    }

    private static FormUrlEncodedContent Form(string action, string version, params (string Name, string Value)[] fields) =>
        new([new("Action", action), new("Version", version), .. fields.Select(static each => KeyValuePair.Create(each.Name, each.Value))]);

    // The emulator looks at who calls which service, and believes it.
    private static async Task<string> SendAsync(Uri aws, string service, HttpContent content, string? target, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, aws) { Content = content };
        if (target is not null)
        {
            content.Headers.ContentType = new("application/x-amz-json-1.1");
            request.Headers.Add("X-Amz-Target", target);
        }

        request.Headers.TryAddWithoutValidation(
            "Authorization", $"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=none");
        using var answer = await http.SendAsync(request, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        Assert.True(answer.IsSuccessStatusCode, text);
        return text;
    }
}
