using System.Text;
using VectorDb.Build.Backups;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Tests.Backups;

public sealed class BackupManifestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "damaged or not of this system")]
    [InlineData("{\"format\":\"vectordb-backup\",\"version\":1,", "damaged or not of this system")]
    [InlineData("{\"release\":\"one\"}", "damaged or not of this system")]
    [InlineData("null", "not a backup of this system")]
    [InlineData("{\"format\":\"other\",\"version\":1,\"files\":[]}", "says 'other', not 'vectordb-backup'")]
    [InlineData("{\"format\":\"vectordb-backup\",\"version\":1}", "not a backup of this system")]
    [InlineData("{\"format\":\"vectordb-backup\",\"version\":2,\"files\":[]}", "is of version 2; this build reads 1")]
    public void A_foreign_or_damaged_description_is_refused_with_its_place(string json, string reason)
    {
        var refused = Assert.Throws<BackupRefusedException>(() => BackupManifest.Parse("/backups/x", Encoding.UTF8.GetBytes(json)));

        Assert.Contains("/backups/x", refused.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_kind_of_damage_is_found_and_named()
    {
        await File.WriteAllTextAsync(_folder.File("vectors.db"), "records", Cancellation);
        await File.WriteAllTextAsync(_folder.File("tasks.db"), "tasks", Cancellation);
        var manifest = await BackupManifest.WriteAsync(_folder.Path, ReleaseId.Parse("0123456789ab"), DateTimeOffset.UnixEpoch, Cancellation);
        manifest.Verify("b", _folder.Path);

        await File.WriteAllTextAsync(_folder.File("vectors.db"), "RECORDS", Cancellation);
        Assert.StartsWith("b is damaged: vectors.db has 7 bytes", Refusal(), StringComparison.Ordinal);

        File.Delete(_folder.File("vectors.db"));
        Assert.Equal("b is not whole: vectors.db is missing.", Refusal());

        await File.WriteAllTextAsync(_folder.File("vectors.db"), "records", Cancellation);
        await File.WriteAllTextAsync(_folder.File("more.db"), "", Cancellation);
        Assert.Equal("b holds more.db, which its manifest.json does not know.", Refusal());

        string Refusal() => Assert.Throws<BackupRefusedException>(() => manifest.Verify("b", _folder.Path)).Message;
    }
}
