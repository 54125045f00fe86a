using VectorDb.Build.Backups;
using VectorDb.Build.Tests.Releases;

namespace VectorDb.Build.Tests.Backups;

public sealed class FolderBackupsTests : BackupPlaceConformance
{
    private protected override Task<IBackupPlace> OpenAsync() => Task.FromResult<IBackupPlace>(new FolderBackups(Folder.File("place")));

    private protected override IBackupPlace At(string address) => new FolderBackups(address);

    private protected override Task RemoveAsync(string name, string file)
    {
        File.Delete(Folder.File("place", name, file));
        return Task.CompletedTask;
    }
}

[Trait(Suites.Trait, Suites.Full)]
public sealed class BucketBackupsTests(AwsReleaseStores aws) : BackupPlaceConformance, IClassFixture<AwsReleaseStores>
{
    private string _bucket = "";

    private protected override async Task<IBackupPlace> OpenAsync()
    {
        _bucket = await aws.NewBucketAsync();
        return At($"s3://{_bucket}/backups/vectordb/");
    }

    private protected override IBackupPlace At(string address) => new BackupPlaces(() => aws.S3).Of(address);

    private protected override Task RemoveAsync(string name, string file) =>
        aws.S3.DeleteObjectAsync(_bucket, $"backups/vectordb/{name}/{file}", TestContext.Current.CancellationToken);
}
