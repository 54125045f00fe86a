using VectorDb.Build.Infrastructure;

namespace VectorDb.Build.Backups;

/// <summary>Backups in a folder. One is copied beside its place, flushed and then renamed, so that it is there whole or not at all.</summary>
internal sealed class FolderBackups(string root) : IBackupPlace
{
    private const string Unfinished = ".unfinished-";

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
        var unfinished = Path.Combine(root, Unfinished + name);
        try
        {
            Directory.CreateDirectory(root);
            PrivateFolder.Create(unfinished);
            await CopyAsync(folder, unfinished, cancellationToken);
            Directory.Move(unfinished, Path.Combine(root, name));
        }
        finally
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }
    }

    public Task FetchAsync(string name, string folder, CancellationToken cancellationToken) => CopyAsync(AddressOf(name), folder, cancellationToken);

    private static bool IsBackup(string folder) => File.Exists(Path.Combine(folder, BackupManifest.FileName));

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
