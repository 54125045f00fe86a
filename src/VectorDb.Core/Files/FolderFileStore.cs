namespace VectorDb.Core.Files;

/// <summary>Files in a folder. Each is written beside its place, flushed to disk and then renamed, so it is there whole or not at all.</summary>
internal sealed class FolderFileStore(string folder) : IFileStore
{
    private const string Unfinished = ".unfinished";

    public async Task<StoredFile> WriteAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.NewGuid():N}{Unfinished}";
        try
        {
            StoredFile stored;
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                stored = await HashingCopy.RunAsync(key, content, file, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            return stored;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    public Task<Stream> OpenAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult<Stream>(new FileStream(
                PathOf(key), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.SequentialScan));
        }
        catch (DirectoryNotFoundException exception)
        {
            throw new FileNotFoundException($"No file has the key '{key}'.", key, exception);
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        if (File.Exists(path))
        {
            File.Delete(path);
            RemoveIfEmpty(Path.GetDirectoryName(path)!);
        }

        return Task.CompletedTask;
    }

    public Task PingAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        using var probe = new FileStream(
            Path.Combine(folder, $".ping.{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        return Task.CompletedTask;
    }

    private string PathOf(string key) => Path.Combine(folder, Path.Combine(FileKeys.Checked(key).Split('/')));

    private void RemoveIfEmpty(string directory)
    {
        try
        {
            if (Path.GetFullPath(directory) != Path.GetFullPath(folder))
            {
                Directory.Delete(directory);
            }
        }
        catch (IOException)
        {
            // Other files are in it, or another process was first.
        }
    }
}
