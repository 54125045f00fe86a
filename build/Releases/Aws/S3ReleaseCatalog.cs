using System.Net;
using System.Text.Json;
using Amazon.S3;
using Amazon.S3.Model;
using VectorDb.Build.Aws;

namespace VectorDb.Build.Releases.Aws;

/// <summary>A prefix a release in the release bucket: <c>releases/&lt;id&gt;/manifest.json</c>, written once.</summary>
internal sealed class S3ReleaseCatalog(IAmazonS3 s3, string bucket) : IReleaseCatalog
{
    private const string Prefix = "releases/";
    private const string FileName = "manifest.json";

    public async Task<Manifest> AddAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        var request = Writing(manifest);
        request.IfNoneMatch = "*";
        try
        {
            await s3.PutObjectAsync(request, cancellationToken);
            return manifest;
        }
        catch (AmazonS3Exception taken) when (taken.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict)
        {
            if (await FindAsync(manifest.Release, cancellationToken) is { } existing)
            {
                return existing;
            }

            throw;
        }
    }

    /// <remarks>The bucket keeps the version before.</remarks>
    public Task ReplaceAsync(Manifest manifest, CancellationToken cancellationToken) => s3.PutObjectAsync(Writing(manifest), cancellationToken);

    public async Task<Manifest?> FindAsync(ReleaseId release, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await s3.GetObjectAsync(bucket, KeyOf(release), cancellationToken);
            return await JsonSerializer.DeserializeAsync(answer.ResponseStream, ReleaseJson.Readable.Manifest, cancellationToken);
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<Manifest>> ListAsync(CancellationToken cancellationToken)
    {
        List<Manifest> manifests = [];
        foreach (var key in await s3.KeysAsync(bucket, Prefix, cancellationToken))
        {
            if (key.Split('/') is [_, var id, FileName] && ReleaseId.TryParse(id, out var release)
                && await FindAsync(release, cancellationToken) is { } manifest)
            {
                manifests.Add(manifest);
            }
        }

        return [.. manifests.OrderBy(manifest => manifest.CreatedAt).ThenBy(manifest => manifest.Release.Value, StringComparer.Ordinal)];
    }

    /// <remarks>The manifest goes first: a removal that is killed leaves files without one, which is no release.</remarks>
    public async Task RemoveAsync(ReleaseId release, CancellationToken cancellationToken)
    {
        await s3.DeleteObjectAsync(bucket, KeyOf(release), cancellationToken);
        foreach (var key in await s3.KeysAsync(bucket, $"{Prefix}{release.Value}/", cancellationToken))
        {
            await s3.DeleteObjectAsync(bucket, key, cancellationToken);
        }
    }

    private PutObjectRequest Writing(Manifest manifest) => new()
    {
        BucketName = bucket,
        Key = KeyOf(manifest.Release),
        ContentType = "application/json",
        ContentBody = JsonSerializer.Serialize(manifest, ReleaseJson.Readable.Manifest),
    };

    private static string KeyOf(ReleaseId release) => $"{Prefix}{release.Value}/{FileName}";
}
