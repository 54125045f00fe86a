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
            await Aws.CreateSecretContainerAsync(Account.SecretName(secret.Name), token);
        }
    }
}

/// <summary>What Terraform makes of an environment's secrets, without Terraform.</summary>
internal static class Containers
{
    /// <summary>A secret without a value.</summary>
    public static Task CreateSecretContainerAsync(this EmulatedAws aws, string name, CancellationToken cancellation) =>
        SendAsync(aws, "secretsmanager", new StringContent($$"""{"Name":"{{name}}","ClientRequestToken":"{{Guid.NewGuid()}}"}"""), "secretsmanager.CreateSecret", cancellation);

    /// <summary>The queue's user, locked, and the parameter that names it.</summary>
    public static async Task<string> CreateCacheUserAsync(this EmulatedAws aws, AwsAccount account, CancellationToken cancellation)
    {
        var id = $"vectordb-{account.Environment}-application";
        await SendAsync(
            aws, "elasticache",
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

    // The emulator looks at who calls which service, and believes it.
    private static async Task SendAsync(EmulatedAws aws, string service, HttpContent content, string? target, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, aws.Endpoint) { Content = content };
        if (target is not null)
        {
            content.Headers.ContentType = new("application/x-amz-json-1.1");
            request.Headers.Add("X-Amz-Target", target);
        }

        request.Headers.TryAddWithoutValidation(
            "Authorization", $"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=none");
        using var answer = await http.SendAsync(request, cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellation));
    }
}
