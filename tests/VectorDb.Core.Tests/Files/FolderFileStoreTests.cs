using VectorDb.Core.Files;

namespace VectorDb.Core.Tests.Files;

public sealed class FolderFileStoreTests : FileStoreConformance, IDisposable
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    private readonly List<string> _flushed = [];

    public FolderFileStoreTests() => Store = new FolderFileStore(_folder.File("files"), Flush);

    private protected override IFileStore Store { get; }

    [Fact]
    public async Task The_names_of_a_file_and_of_every_folder_made_for_it_are_on_disk_when_it_is_acknowledged()
    {
        await Store.WriteAsync("uploads/t/a", new MemoryStream(new byte[10]), Cancel);
        Assert.Equal(["", "files", "files/uploads", "files/uploads/t"], _flushed);

        _flushed.Clear();
        await Store.WriteAsync("uploads/t/b", new MemoryStream(new byte[10]), Cancel);
        Assert.Equal(["files/uploads/t"], _flushed);
    }

    [Fact]
    public void A_folder_that_cannot_be_flushed_is_an_error_that_names_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux flushes folders");

        var error = Assert.Throws<IOException>(() => DurableFolder.Flush(_folder.File("absent")));

        Assert.Equal($"The folder {_folder.File("absent")} cannot be opened to flush it to disk: No such file or directory.", error.Message);
    }

    [Fact]
    public async Task Nothing_unfinished_stays_behind()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.WriteAsync("uploads/t/a", new MemoryStream(new byte[10]), cancelled.Token));

        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories));
        Assert.False(Directory.Exists(_folder.File("files/uploads/t")));
    }

    [Fact]
    public async Task A_disk_without_room_for_the_folder_is_what_the_failure_tells_of()
    {
        var full = new FolderFileStore(_folder.File("files"), folder =>
        {
            Directory.Delete(Directory.EnumerateDirectories(folder).Single());
            throw new IOException("No space left on device");
        });

        var error = await Assert.ThrowsAsync<IOException>(() => full.WriteAsync("uploads/t/a", new MemoryStream(new byte[10]), Cancel));

        Assert.Equal("No space left on device", error.Message);
    }

    [Theory]
    [InlineData("../../etc/passwd", "uploads/t/passwd")]
    [InlineData("..\\..\\boot.ini", "uploads/t/boot.ini")]
    [InlineData("r\u00e9sum\u00e9 2026.csv", "uploads/t/r_sum__2026.csv")]
    [InlineData("....", "uploads/t/upload")]
    [InlineData(".csv", "uploads/t/csv")]
    [InlineData("a/", "uploads/t/upload")]
    [InlineData(null, "uploads/t/upload")]
    public void Whatever_a_client_calls_its_file_only_a_harmless_name_stays(string? name, string key) =>
        Assert.Equal(key, FileKeys.Upload("t", name));

    /// <summary>Notes the folder and whether what was to be kept in it was there at that moment.</summary>
    private void Flush(string folder)
    {
        Assert.NotEmpty(Directory.EnumerateFileSystemEntries(folder));
        DurableFolder.Flush(folder);
        _flushed.Add(Path.GetRelativePath(_folder.Path, folder).TrimStart('.'));
    }

    public void Dispose() => _folder.Dispose();
}
