using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using VectorDb.Build.Environments.Rehearsal;

namespace VectorDb.Build.Tests.Emulator;

[Trait(Suites.Trait, Suites.Full)]
public sealed class StorageTests(EmulatorFixture aws) : IClassFixture<EmulatorFixture>
{
    [Fact]
    public async Task A_versioned_bucket_goes_once_it_is_emptied_of_its_versions_and_delete_markers()
    {
        const string Bucket = "emptied-and-gone";
        var token = TestContext.Current.CancellationToken;
        using var s3 = new AmazonS3Client(
            new BasicAWSCredentials("test", "test"), new AmazonS3Config { ServiceURL = aws.Endpoint.AbsoluteUri, AuthenticationRegion = EmulatedAws.Region, ForcePathStyle = true });
        await s3.PutBucketAsync(Bucket, token);
        await s3.PutBucketVersioningAsync(
            new PutBucketVersioningRequest { BucketName = Bucket, VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled } }, token);
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = "kept", ContentBody = "one" }, token);
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = "deleted", ContentBody = "two" }, token);
        await s3.DeleteObjectAsync(Bucket, "deleted", token);
        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(() => s3.DeleteBucketAsync(Bucket, token));
        Assert.Equal("BucketNotEmpty", refused.ErrorCode);

        var versions = (await s3.ListVersionsAsync(Bucket, token)).Versions;
        Assert.Equal([("deleted", true), ("deleted", false), ("kept", false)], versions.Select(version => (version.Key, version.IsDeleteMarker == true)).OrderBy(one => one.Key).ThenByDescending(one => one.Item2));
        await s3.DeleteObjectsAsync(
            new DeleteObjectsRequest { BucketName = Bucket, Quiet = true, Objects = [.. versions.Select(version => new KeyVersion { Key = version.Key, VersionId = version.VersionId })] }, token);

        await s3.DeleteBucketAsync(Bucket, token);
    }
}
