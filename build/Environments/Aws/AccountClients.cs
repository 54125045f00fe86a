using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.SimpleSystemsManagement;
using VectorDb.Build.Aws;

namespace VectorDb.Build.Environments.Aws;

/// <summary>The SDK's clients of an account. What they fail with says what to do next.</summary>
internal static class AccountClients
{
    public static IAmazonS3 S3(AwsAccount account, AWSCredentials credentials, AmazonS3Config config) => new AccountS3(account, credentials, config);

    public static IAmazonDynamoDB Dynamo(AwsAccount account, AWSCredentials credentials, AmazonDynamoDBConfig config) => new AccountDynamo(account, credentials, config);

    public static IAmazonSimpleSystemsManagement Systems(AwsAccount account, AWSCredentials credentials, AmazonSimpleSystemsManagementConfig config) =>
        new AccountSystems(account, credentials, config);

    private sealed class AccountS3(AwsAccount account, AWSCredentials credentials, AmazonS3Config config) : AmazonS3Client(credentials, config)
    {
        protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
        {
            base.CustomizeRuntimePipeline(pipeline);
            pipeline.AddHandler(new Explanation(account));
        }
    }

    private sealed class AccountDynamo(AwsAccount account, AWSCredentials credentials, AmazonDynamoDBConfig config) : AmazonDynamoDBClient(credentials, config)
    {
        protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
        {
            base.CustomizeRuntimePipeline(pipeline);
            pipeline.AddHandler(new Explanation(account));
        }
    }

    private sealed class AccountSystems(AwsAccount account, AWSCredentials credentials, AmazonSimpleSystemsManagementConfig config)
        : AmazonSimpleSystemsManagementClient(credentials, config)
    {
        protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
        {
            base.CustomizeRuntimePipeline(pipeline);
            pipeline.AddHandler(new Explanation(account));
        }
    }

    private sealed class Explanation(AwsAccount account) : PipelineHandler
    {
        public override async Task<T> InvokeAsync<T>(IExecutionContext executionContext)
        {
            try
            {
                return await base.InvokeAsync<T>(executionContext);
            }
            catch (ResourceNotFoundException missing)
            {
                throw new NotBootstrappedException($"table {account.ReleaseTable}", account.Environment, missing);
            }
            catch (AmazonS3Exception missing) when (missing.ErrorCode == "NoSuchBucket" && BucketOf(executionContext) == account.ReleaseBucket)
            {
                throw new NotBootstrappedException($"bucket {account.ReleaseBucket}", account.Environment, missing);
            }
            catch (AmazonServiceException expired) when (AwsException.IsExpiry(expired.ErrorCode))
            {
                var context = executionContext.RequestContext;
                throw new AwsException(context.ServiceMetaData.ServiceId, context.RequestName, expired.ErrorCode, expired.Message, expired.StatusCode);
            }
        }

        private static string? BucketOf(IExecutionContext context) => context.RequestContext.OriginalRequest switch
        {
            GetObjectRequest request => request.BucketName,
            PutObjectRequest request => request.BucketName,
            DeleteObjectRequest request => request.BucketName,
            ListObjectsV2Request request => request.BucketName,
            _ => null,
        };
    }
}
