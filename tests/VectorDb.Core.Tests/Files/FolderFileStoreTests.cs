using VectorDb.Core.Files;

namespace VectorDb.Core.Tests.Files;

public sealed class FolderFileStoreTests : FileStoreConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FolderFileStoreTests() => Store = new FolderFileStore(_folder.File("files"));

    private protected override IFileStore Store { get; }

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

    public void Dispose() => _folder.Dispose();
}
