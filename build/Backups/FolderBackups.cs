using VectorDb.Build.Infrastructure;
using VectorDb.Build.Releases.Files;

namespace VectorDb.Build.Backups;

/// <summary>
/// Backups in a folder. One is copied beside its place, flushed and then renamed, so that it is there whole or not at all; what a killed
/// run has left goes with the next one.
/// </summary>
internal sealed class FolderBackups(string root) : IBackupPlace
{
    private const string Unfinished = ".unfinished-";

    // Beside the folder, which is renamed.
    private const string Guard = ".guard";

    public string AddressOf(string name) => Path.Combine(root, name);

    public string? FolderOf(string name) => AddressOf(name);

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> names = IsBackup(root) ? [""] : !Directory.Exists(root) ? [] :
        [
            .. Directory.EnumerateDirectories(root)
                .Where(folder => IsBackup(folder) && !Path.GetFileName(folder).StartsWith(Unfinished, StringComparison.Ordinal))
                .Select(folder => Path.GetFileName(folder))
                .Order(StringComparer.Ordinal),
        ];
        return Task.FromResult(names);
    }

    public async Task KeepAsync(string folder, string name, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(root);
        RemoveLeftovers();
        var unfinished = Path.Combine(root, Unfinished + name);
        using var guard = await FileGuard.EnterAsync(unfinished + Guard, cancellationToken);
        try
        {
            PrivateFolder.Create(unfinished);
            await CopyAsync(folder, unfinished, cancellationToken);
            Directory.Move(unfinished, Path.Combine(root, name));
        }
        finally
        {
            Remove(unfinished);
        }
    }

    public Task FetchAsync(string name, string folder, CancellationToken cancellationToken) => CopyAsync(AddressOf(name), folder, cancellationToken);

    private static bool IsBackup(string folder) => File.Exists(Path.Combine(folder, BackupManifest.FileName));

    /// <summary>Of a backup that goes on elsewhere nothing is touched: it is inside its guard.</summary>
    private void RemoveLeftovers()
    {
        foreach (var unfinished in Directory.GetFileSystemEntries(root, Unfinished + "*").Select(static entry => entry.EndsWith(Guard, StringComparison.Ordinal) ? entry[..^Guard.Length] : entry).Distinct())
        {
            using var guard = FileGuard.TryEnter(unfinished + Guard);
            if (guard is not null)
            {
                Remove(unfinished);
            }
        }
    }

    private static void Remove(string unfinished)
    {
        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true);
        }

        File.Delete(unfinished + Guard);
    }

    private static async Task CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        foreach (var source in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, source));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await using var input = File.OpenRead(source);
            await using var output = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            await input.CopyToAsync(output, cancellationToken);
            output.Flush(flushToDisk: true);
        }
    }
}
