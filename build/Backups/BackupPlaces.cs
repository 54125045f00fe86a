using Amazon.S3;

namespace VectorDb.Build.Backups;

/// <summary>Finds the place that <c>--to</c> or <c>--from</c> names.</summary>
/// <param name="connect">A client of S3, asked for only when it is needed.</param>
internal sealed class BackupPlaces(Func<IAmazonS3> connect)
{
    private const string BucketScheme = "s3://";

    /// <exception cref="BackupRefusedException">It names no bucket.</exception>
    public IBackupPlace Of(string address)
    {
        if (!address.StartsWith(BucketScheme, StringComparison.OrdinalIgnoreCase))
        {
            return new FolderBackups(Path.GetFullPath(address));
        }

        var (bucket, prefix) = address[BucketScheme.Length..].Split('/', 2) switch
        {
            [var name, var rest] => (name, rest.Trim('/')),
            var parts => (parts[0], ""),
        };
        return bucket.Length > 0
            ? new BucketBackups(connect(), bucket, prefix)
            : throw new BackupRefusedException($"'{address}' names no bucket; write s3://<bucket>/<prefix>.");
    }
}
