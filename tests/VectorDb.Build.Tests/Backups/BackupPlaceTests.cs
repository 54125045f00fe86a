using VectorDb.Build.Backups;
using VectorDb.Build.Releases.Files;
using VectorDb.Build.Tests.Releases;

namespace VectorDb.Build.Tests.Backups;

public sealed class FolderBackupsTests : BackupPlaceConformance
{
    private protected override Task<IBackupPlace> OpenAsync() => Task.FromResult<IBackupPlace>(new FolderBackups(Folder.File("place")));

    private protected override IBackupPlace At(string address) => new FolderBackups(address);

    [Fact]
    public async Task What_a_killed_backup_has_left_goes_with_the_next_one_and_what_another_copies_stays()
    {
        var place = await OpenAsync();
        Directory.CreateDirectory(Folder.File("place", ".unfinished-killed", "files"));
        await File.WriteAllTextAsync(Folder.File("place", ".unfinished-renamed.guard"), "", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Folder.File("place", ".unfinished-busy"));
        using (FileGuard.TryEnter(Folder.File("place", ".unfinished-busy.guard")))
        {
            await KeepAsync(place, "20260102T030405000Z", "first");
            Assert.Equal([".unfinished-busy", ".unfinished-busy.guard", "20260102T030405000Z"], Entries());
        }

        await KeepAsync(place, "20260103T030405000Z", "second");
        Assert.Equal(["20260102T030405000Z", "20260103T030405000Z"], Entries());
    }

    private IEnumerable<string?> Entries() => Directory.GetFileSystemEntries(Folder.File("place")).Select(Path.GetFileName).Order(StringComparer.Ordinal);

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
