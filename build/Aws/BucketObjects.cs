using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace VectorDb.Build.Aws;

/// <summary>What is in a bucket.</summary>
internal static class BucketObjects
{
    /// <returns>Keys that begin with the prefix, in order.</returns>
    public static async Task<IReadOnlyList<string>> KeysAsync(this IAmazonS3 s3, string bucket, string prefix, CancellationToken cancellationToken)
    {
        List<string> keys = [];
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix };
        await foreach (var page in s3.Paginators.ListObjectsV2(request).Responses.WithCancellation(cancellationToken))
        {
            keys.AddRange((page.S3Objects ?? []).Select(static found => found.Key));
        }

        return keys;
    }

    /// <returns>Whether there is an object of exactly that key.</returns>
    public static async Task<bool> HasAsync(this IAmazonS3 s3, string bucket, string key, CancellationToken cancellationToken)
    {
        try
        {
            await s3.GetObjectMetadataAsync(bucket, key, cancellationToken);
            return true;
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }
}
