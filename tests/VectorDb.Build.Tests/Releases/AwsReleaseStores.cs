using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Amazon.S3;

namespace VectorDb.Build.Tests.Releases;

/// <summary>An emulated AWS with the table and the bucket that the foundation makes.</summary>
public sealed class AwsReleaseStores : IAsyncLifetime
{
    private static readonly BasicAWSCredentials Credentials = new("test", "test");

    private MotoServer? _moto;

    public IAmazonDynamoDB Dynamo { get; private set; } = null!;

    public IAmazonS3 S3 { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        // Plain moto answers requests side by side and checks a condition apart from the write; the emulator takes one at a time, as DynamoDB does for an item.
        _moto = await MotoServer.StartAsync(TestContext.Current.CancellationToken, Path.Combine(Repository.Root, "build", "Environments", "Rehearsal", "emulator"));
        var url = _moto.Endpoint.AbsoluteUri;
        Dynamo = new AmazonDynamoDBClient(Credentials, new AmazonDynamoDBConfig { ServiceURL = url, AuthenticationRegion = "us-east-1" });
        S3 = new AmazonS3Client(Credentials, new AmazonS3Config { ServiceURL = url, AuthenticationRegion = "us-east-1", ForcePathStyle = true });
    }

    public async Task<string> NewTableAsync()
    {
        var table = $"table-{Guid.NewGuid():N}";
        await Dynamo.CreateTableAsync(new CreateTableRequest
        {
            TableName = table,
            BillingMode = BillingMode.PAY_PER_REQUEST,
            KeySchema = [new KeySchemaElement("pk", KeyType.HASH), new KeySchemaElement("sk", KeyType.RANGE)],
            AttributeDefinitions = [new AttributeDefinition("pk", ScalarAttributeType.S), new AttributeDefinition("sk", ScalarAttributeType.N)],
        });
        return table;
    }

    public async Task<string> NewBucketAsync()
    {
        var bucket = $"bucket-{Guid.NewGuid():N}";
        await S3.PutBucketAsync(bucket);
        return bucket;
    }

    public async ValueTask DisposeAsync()
    {
        Dynamo?.Dispose();
        S3?.Dispose();
        if (_moto is not null)
        {
            await _moto.DisposeAsync();
        }
    }
}
