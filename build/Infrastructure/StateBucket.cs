using System.Net;
using System.Text.Json.Nodes;
using Amazon.S3;
using Amazon.S3.Model;

namespace VectorDb.Build.Infrastructure;

/// <summary>
/// The bucket of the Terraform state. It cannot be in that state itself, so it is made by API, once; doing it again changes nothing.
/// </summary>
internal static class StateBucket
{
    /// <returns>Whether it was made now.</returns>
    /// <exception cref="AmazonS3Exception">The name belongs to somebody else, or the caller may not do this.</exception>
    public static async Task<bool> EnsureAsync(IAmazonS3 s3, string bucket, CancellationToken cancellation)
    {
        var isNew = !await ExistsAsync(s3, bucket, cancellation);
        if (isNew)
        {
            await s3.PutBucketAsync(new PutBucketRequest { BucketName = bucket, UseClientRegion = true }, cancellation);
        }

        await s3.PutPublicAccessBlockAsync(
            new PutPublicAccessBlockRequest
            {
                BucketName = bucket,
                PublicAccessBlockConfiguration = new PublicAccessBlockConfiguration
                {
                    BlockPublicAcls = true,
                    BlockPublicPolicy = true,
                    IgnorePublicAcls = true,
                    RestrictPublicBuckets = true,
                },
            },
            cancellation);
        await s3.PutBucketVersioningAsync(
            new PutBucketVersioningRequest
            {
                BucketName = bucket,
                VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled },
            },
            cancellation);
        await s3.PutBucketEncryptionAsync(
            new PutBucketEncryptionRequest
            {
                BucketName = bucket,
                ServerSideEncryptionConfiguration = new ServerSideEncryptionConfiguration
                {
                    ServerSideEncryptionRules =
                    [
                        new ServerSideEncryptionRule
                        {
                            BucketKeyEnabled = true,
                            ServerSideEncryptionByDefault = new ServerSideEncryptionByDefault
                            {
                                ServerSideEncryptionAlgorithm = ServerSideEncryptionMethod.AWSKMS,
                            },
                        },
                    ],
                },
            },
            cancellation);
        await s3.PutBucketPolicyAsync(
            new PutBucketPolicyRequest
            {
                BucketName = bucket,
                Policy = new JsonObject
                {
                    ["Version"] = "2012-10-17",
                    ["Statement"] = new JsonArray(new JsonObject
                    {
                        ["Sid"] = "TlsOnly",
                        ["Effect"] = "Deny",
                        ["Principal"] = "*",
                        ["Action"] = "s3:*",
                        ["Resource"] = new JsonArray($"arn:aws:s3:::{bucket}", $"arn:aws:s3:::{bucket}/*"),
                        ["Condition"] = new JsonObject { ["Bool"] = new JsonObject { ["aws:SecureTransport"] = "false" } },
                    }),
                }.ToJsonString(),
            },
            cancellation);
        return isNew;
    }

    /// <summary>Whether the caller can see such a bucket.</summary>
    public static async Task<bool> ExistsAsync(IAmazonS3 s3, string bucket, CancellationToken cancellation)
    {
        try
        {
            await s3.HeadBucketAsync(new HeadBucketRequest { BucketName = bucket }, cancellation);
            return true;
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }
}
