using System.Security.Cryptography;
using System.Text;
using VectorDb.Core.Files;

namespace VectorDb.Core.Tests.Files;

/// <summary>What every file store must do.</summary>
public abstract class FileStoreConformance
{
    private protected abstract IFileStore Store { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_read_back_byte_for_byte_with_its_size_and_hash()
    {
        var bytes = RandomNumberGenerator.GetBytes(300_001);

        var stored = await Store.WriteAsync("uploads/t1/a.csv", new MemoryStream(bytes), Cancel);

        Assert.Equal(new StoredFile("uploads/t1/a.csv", bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes))), stored);
        Assert.Equal(bytes, await ReadAsync("uploads/t1/a.csv"));
    }

    [Fact]
    public async Task A_file_of_many_megabytes_is_stored_whole()
    {
        var bytes = RandomNumberGenerator.GetBytes(12 * 1024 * 1024 + 7);

        var stored = await Store.WriteAsync("uploads/t1/large.bin", new MemoryStream(bytes), Cancel);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), stored.Sha256);
        Assert.Equal(SHA256.HashData(bytes), SHA256.HashData(await ReadAsync("uploads/t1/large.bin")));
    }

    [Fact]
    public async Task Writing_again_replaces_the_file()
    {
        await Store.WriteAsync("chunks/t/1.jsonl", new MemoryStream("old"u8.ToArray()), Cancel);
        await Store.WriteAsync("chunks/t/1.jsonl", new MemoryStream("new"u8.ToArray()), Cancel);

        Assert.Equal("new", Encoding.UTF8.GetString(await ReadAsync("chunks/t/1.jsonl")));
    }

    [Fact]
    public async Task An_upload_that_breaks_off_leaves_nothing_and_keeps_what_was_there()
    {
        await Store.WriteAsync("uploads/t/a", new MemoryStream("first"u8.ToArray()), Cancel);

        await Assert.ThrowsAnyAsync<IOException>(() => Store.WriteAsync("uploads/t/a", new BrokenStream(100_000), Cancel));
        await Assert.ThrowsAnyAsync<IOException>(() => Store.WriteAsync("uploads/t/b", new BrokenStream(9_000_000), Cancel));

        Assert.Equal("first", Encoding.UTF8.GetString(await ReadAsync("uploads/t/a")));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.OpenAsync("uploads/t/b", Cancel));
    }

    [Fact]
    public async Task A_file_that_is_not_there_says_so_and_deleting_it_is_no_error()
    {
        await Store.WriteAsync("uploads/t/a", new MemoryStream([1]), Cancel);
        await Store.DeleteAsync("uploads/t/a", Cancel);
        await Store.DeleteAsync("uploads/t/a", Cancel);

        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.OpenAsync("uploads/t/a", Cancel));
        await Store.PingAsync(Cancel);
    }

    [Fact]
    public async Task Old_uploads_and_chunks_are_listed_and_nothing_else()
    {
        foreach (var key in (string[])["uploads/t1/a.csv", "chunks/t1/000001.jsonl", "chunks/t2/000001.jsonl", "other/t3/a"])
        {
            await Store.WriteAsync(key, new MemoryStream([1]), Cancel);
        }

        Assert.Empty(await Store.OlderThanAsync(DateTimeOffset.UtcNow.AddHours(-1), Cancel).ToListAsync(Cancel));
        Assert.Equal(
            ["chunks/t1/000001.jsonl", "chunks/t2/000001.jsonl", "uploads/t1/a.csv"],
            (await Store.OlderThanAsync(DateTimeOffset.UtcNow.AddHours(1), Cancel).ToListAsync(Cancel)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("uploads/../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("uploads//a")]
    [InlineData("uploads/./a")]
    [InlineData("uploads/a b")]
    [InlineData("uploads\\a")]
    [InlineData("uploads/a\0b")]
    [InlineData("")]
    public async Task A_key_cannot_name_anything_outside_the_store(string key)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.WriteAsync(key, new MemoryStream([1]), Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.OpenAsync(key, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.DeleteAsync(key, Cancel));
    }

    private async Task<byte[]> ReadAsync(string key)
    {
        await using var file = await Store.OpenAsync(key, Cancel);
        using var copy = new MemoryStream();
        await file.CopyToAsync(copy, Cancel);
        return copy.ToArray();
    }

    /// <summary>Gives some bytes, then fails as a client that hangs up does.</summary>
    private sealed class BrokenStream(int bytes) : MemoryStream(new byte[bytes])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer, cancellationToken);
            return read > 0 ? read : throw new IOException("The client reset the request stream.");
        }
    }
}
