using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace VectorDb.Core.Files;

/// <summary>
/// Files in a bucket. A large one goes up in parts of 8 MB as it comes in (so 80 GB at most), and S3 shows it only when all
/// parts are there; one that breaks off is aborted.
/// </summary>
internal sealed class S3FileStore(IAmazonS3 s3, string bucket) : IFileStore
{
    private const int PartBytes = 8 * 1024 * 1024;

    public async Task<StoredFile> WriteAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        FileKeys.Checked(key);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var part = new byte[PartBytes];
        var length = await FillAsync(content, part, hash, cancellationToken);
        if (length < PartBytes)
        {
            await PutAsync(key, part, length, cancellationToken);
            return Stored(length);
        }

        var upload = (await s3.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = bucket, Key = key }, cancellationToken)).UploadId;
        try
        {
            var bytes = 0L;
            var parts = new List<PartETag>();
            for (; length > 0; length = await FillAsync(content, part, hash, cancellationToken))
            {
                parts.Add(await UploadAsync(key, upload, parts.Count + 1, part, length, cancellationToken));
                bytes += length;
            }

            await s3.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = upload, PartETags = parts }, cancellationToken);
            return Stored(bytes);
        }
        catch
        {
            await s3.AbortMultipartUploadAsync(
                new AbortMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = upload }, CancellationToken.None);
            throw;
        }

        StoredFile Stored(long bytes) => new(key, bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    public async Task<Stream> OpenAsync(string key, CancellationToken cancellationToken)
    {
        FileKeys.Checked(key);
        try
        {
            return (await s3.GetObjectAsync(bucket, key, cancellationToken)).ResponseStream;
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            throw new FileNotFoundException($"No file has the key '{key}'.", key, exception);
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        s3.DeleteObjectAsync(bucket, FileKeys.Checked(key), cancellationToken);

    public async IAsyncEnumerable<string> OlderThanAsync(DateTimeOffset writtenBefore, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var kind in FileKeys.Kinds)
        {
            var request = new ListObjectsV2Request { BucketName = bucket, Prefix = kind + '/' };
            do
            {
                var page = await s3.ListObjectsV2Async(request, cancellationToken);
                foreach (var file in (page.S3Objects ?? []).Where(file => FileKeys.IsKey(file.Key) && file.LastModified?.ToUniversalTime() < writtenBefore.UtcDateTime))
                {
                    yield return file.Key;
                }

                request.ContinuationToken = page.NextContinuationToken;
            }
            while (request.ContinuationToken is not null);
        }
    }

    // Not a listing, which reads every marker that a deleted chunk has left, and is priced as a write; and not the head of a key, whose
    // 404 does not tell a missing key from a missing bucket. It asks for the permission to list all the same.
    public Task PingAsync(CancellationToken cancellationToken) => s3.HeadBucketAsync(new HeadBucketRequest { BucketName = bucket }, cancellationToken);

    private async Task PutAsync(string key, byte[] part, int length, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream(part, 0, length, writable: false);
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = key, InputStream = body, AutoCloseStream = false }, cancellationToken);
    }

    private async Task<PartETag> UploadAsync(string key, string upload, int number, byte[] part, int length, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream(part, 0, length, writable: false);
        var answer = await s3.UploadPartAsync(
            new UploadPartRequest { BucketName = bucket, Key = key, UploadId = upload, PartNumber = number, InputStream = body, PartSize = length },
            cancellationToken);
        return new PartETag(number, answer.ETag);
    }

    private static async Task<int> FillAsync(Stream content, byte[] part, IncrementalHash hash, CancellationToken cancellationToken)
    {
        var length = await content.ReadAtLeastAsync(part, part.Length, throwOnEndOfStream: false, cancellationToken);
        hash.AppendData(part, 0, length);
        return length;
    }
}
