using Amazon.S3;
using Amazon.S3.Transfer;
using VectorDb.Build.Aws;

namespace VectorDb.Build.Backups;

/// <summary>Backups under a prefix of an S3 bucket. The manifest is uploaded last and listed first: without it nothing counts.</summary>
/// <param name="prefix">Without slashes at its ends; may be empty.</param>
internal sealed class BucketBackups(IAmazonS3 s3, string bucket, string prefix) : IBackupPlace
{
    public string AddressOf(string name) => $"s3://{bucket}/{KeyOf(name)}";

    public string? FolderOf(string name) => null;

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        var folders = (await s3.KeysAsync(bucket, prefix.Length == 0 ? "" : prefix + "/", cancellationToken))
            .Where(key => key.EndsWith("/" + BackupManifest.FileName, StringComparison.Ordinal))
            .Select(key => key[..^(BackupManifest.FileName.Length + 1)])
            .ToList();
        return folders.Contains(prefix)
            ? [""]
            : [.. folders.Select(folder => folder[(prefix.Length == 0 ? 0 : prefix.Length + 1)..]).Where(name => !name.Contains('/', StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    public async Task KeepAsync(string folder, string name, CancellationToken cancellationToken)
    {
        using var transfer = new TransferUtility(s3);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).OrderBy(path => Path.GetFileName(path) == BackupManifest.FileName))
        {
            await transfer.UploadAsync(path, bucket, KeyOf(name, Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/')), cancellationToken);
        }
    }

    public async Task FetchAsync(string name, string folder, CancellationToken cancellationToken)
    {
        using var transfer = new TransferUtility(s3);
        var start = KeyOf(name) + "/";
        foreach (var key in await s3.KeysAsync(bucket, start, cancellationToken))
        {
            var target = Path.GetFullPath(Path.Combine(folder, key[start.Length..]));
            if (!target.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw new BackupRefusedException($"s3://{bucket}/{key} would lie outside of the backup.");
            }

            await transfer.DownloadAsync(target, bucket, key, cancellationToken);
        }
    }

    private string KeyOf(params ReadOnlySpan<string> parts) => string.Join('/', [.. new[] { prefix }.Concat(parts.ToArray()).Where(part => part.Length > 0)]);
}
