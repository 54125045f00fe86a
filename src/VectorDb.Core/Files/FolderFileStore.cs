using System.Runtime.CompilerServices;

namespace VectorDb.Core.Files;

/// <summary>
/// Files in a folder. Each is written beside its place, flushed to disk and then renamed, so it is there whole or not at all; the folder is
/// flushed as well, or a power cut could take the name of what was acknowledged.
/// </summary>
/// <param name="flushFolder">Brings the names in a folder to disk.</param>
internal sealed class FolderFileStore(string folder, Action<string> flushFolder) : IFileStore
{
    private const string Unfinished = ".unfinished";
    private const int MostTries = 3;

    public async Task<StoredFile> WriteAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        var directory = Path.GetDirectoryName(path)!;
        var temporary = $"{path}.{Guid.NewGuid():N}{Unfinished}";
        try
        {
            StoredFile stored;
            await using (var file = Create(directory, temporary))
            {
                stored = await HashingCopy.RunAsync(key, content, file, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            flushFolder(directory);
            return stored;
        }
        catch
        {
            // File and folder may not exist, and deleting what is not there must not hide the first failure.
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            RemoveIfEmpty(directory);
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

    public async IAsyncEnumerable<string> OlderThanAsync(DateTimeOffset writtenBefore, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var kind in FileKeys.Kinds.Select(kind => Path.Combine(folder, kind)).Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(kind, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var key = Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');
                if (FileKeys.IsKey(key) && File.GetLastWriteTimeUtc(file) < writtenBefore.UtcDateTime)
                {
                    yield return key;
                }
            }
        }

        await Task.CompletedTask;
    }

    public Task PingAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        using var probe = new FileStream(
            Path.Combine(folder, $".ping.{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        return Task.CompletedTask;
    }

    private FileStream Create(string directory, string path)
    {
        for (var attempt = 1; ; attempt++)
        {
            DurableFolder.Make(directory, flushFolder);
            try
            {
                return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            }
            catch (DirectoryNotFoundException) when (attempt < MostTries)
            {
                // Another call has just removed the last file in the folder, and the folder with it.
            }
        }
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
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Other files are in it, or another process was first.
        }
    }
}
