using System.Text;
using VectorDb.Build.Backups;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Tests.Backups;

/// <summary>What a folder and a bucket have in common.</summary>
public abstract class BackupPlaceConformance : IDisposable
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected TemporaryFolder Folder { get; } = new();

    [Fact]
    public async Task A_backup_comes_back_as_it_was()
    {
        var place = await OpenAsync();
        var manifest = await KeepAsync(place, "20260102T030405000Z", "first");

        await place.FetchAsync("20260102T030405000Z", Folder.File("back"), Cancellation);

        manifest.Verify("back", Folder.File("back"));
        Assert.Equal(
            manifest.Files,
            BackupManifest.Parse("back", await File.ReadAllBytesAsync(Folder.File("back", BackupManifest.FileName), Cancellation)).Files);
    }

    [Fact]
    public async Task Backups_are_listed_oldest_first_and_what_has_no_manifest_is_none()
    {
        var place = await OpenAsync();
        Assert.Empty(await place.ListAsync(Cancellation));
        await KeepAsync(place, "20260102T030405000Z", "second");
        await KeepAsync(place, "20250102T030405000Z", "first");
        await KeepAsync(place, "20270102T030405000Z", "half");
        await RemoveAsync("20270102T030405000Z", BackupManifest.FileName);

        Assert.Equal(["20250102T030405000Z", "20260102T030405000Z"], await place.ListAsync(Cancellation));
    }

    [Fact]
    public async Task A_backup_is_a_place_as_well_and_the_only_one_in_it()
    {
        var place = await OpenAsync();
        await KeepAsync(place, "20260102T030405000Z", "first");

        var itself = At(place.AddressOf("20260102T030405000Z"));

        Assert.Equal([""], await itself.ListAsync(Cancellation));
        await itself.FetchAsync("", Folder.File("back"), Cancellation);
        Assert.Equal("first", await File.ReadAllTextAsync(Folder.File("back", "files", "uploads", "a.csv"), Cancellation));
    }

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract Task<IBackupPlace> OpenAsync();

    private protected abstract IBackupPlace At(string address);

    private protected abstract Task RemoveAsync(string name, string file);

    private protected async Task<BackupManifest> KeepAsync(IBackupPlace place, string name, string content)
    {
        var folder = Folder.File(name);
        Directory.CreateDirectory(Path.Combine(folder, "files", "uploads"));
        await File.WriteAllBytesAsync(Path.Combine(folder, "vectors.db"), Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(content, 10_000))), Cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, "files", "uploads", "a.csv"), content, Cancellation);
        var manifest = await BackupManifest.WriteAsync(folder, ReleaseId.Parse("0123456789ab"), DateTimeOffset.UnixEpoch, Cancellation);
        await place.KeepAsync(folder, name, Cancellation);
        return manifest;
    }
}
