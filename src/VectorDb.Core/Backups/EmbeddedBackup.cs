using VectorDb.Core.Files;
using VectorDb.Core.Hosting;
using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;
using VectorDb.Core.Tasks.Sqlite;

namespace VectorDb.Core.Backups;

/// <summary>
/// Copies what the embedded parts keep while processes go on using it: the task ledger, then the files that it still needs, then the
/// records. In this order the copy is one that a kill could have left: whatever its ledger calls indexed is in its records, and what it
/// calls open has its file and is indexed again. Keys are left out: a restored one could be one that was revoked since.
/// </summary>
internal sealed class EmbeddedBackup(string dataFolder)
{
    private const int MostTries = 100;

    /// <param name="folder">New or empty; laid out like the data folder.</param>
    /// <returns>How many files of uploads and chunks the copy holds.</returns>
    /// <exception cref="BackupException">There is nothing to back up, or the folder is not empty.</exception>
    /// <exception cref="StoreException">A file is damaged, or there is no room.</exception>
    public async Task<int> CreateAsync(string folder, CancellationToken cancellationToken)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new BackupException($"{folder} is not empty; give each backup a folder of its own.");
        }

        var files = await CopyLedgerAsync(folder, cancellationToken);
        await SqliteBackup.CreateAsync(Path.Combine(dataFolder, ApplicationParts.VectorsFile), folder, cancellationToken);
        return files;
    }

    private async Task<int> CopyLedgerAsync(string folder, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var ledger = await SqliteBackup.CreateAsync(Path.Combine(dataFolder, TaskLedgerRegistration.FileName), folder, cancellationToken);
            var needed = LedgerFiles.Of(ledger);
            if (CopyAll(needed.Chunks, folder, cancellationToken) is { } gone)
            {
                // Its chunk was indexed since the ledger was copied: a newer copy no longer needs it.
                if (attempt == MostTries)
                {
                    throw new BackupException($"{gone} is needed by the task ledger and is not there.");
                }

                Directory.Delete(folder, recursive: true);
                continue;
            }

            // An upload that is gone was gone before: a retry of its task will say so.
            return needed.Chunks.Count + needed.Others.Count(key => TryCopy(key, folder));
        }
    }

    /// <returns>The first that is not there any more; null when all are copied.</returns>
    private string? CopyAll(IReadOnlyList<string> keys, string folder, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!TryCopy(key, folder))
            {
                return key;
            }
        }

        return null;
    }

    private bool TryCopy(string key, string folder)
    {
        var target = Path.Combine(folder, FileStoreRegistration.Folder, FileKeys.Checked(key));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        try
        {
            File.Copy(Path.Combine(dataFolder, FileStoreRegistration.Folder, key), target);
            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }
}
