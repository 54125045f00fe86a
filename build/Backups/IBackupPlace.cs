namespace VectorDb.Build.Backups;

/// <summary>Where backups are kept: a folder or a prefix of a bucket, which holds several by name, or is one itself.</summary>
internal interface IBackupPlace
{
    /// <summary>For messages, and for <c>--from</c>.</summary>
    string AddressOf(string name);

    /// <summary>Where one can be looked at; null for a place that checks by itself what it is sent, as S3 does.</summary>
    string? FolderOf(string name);

    /// <returns>Names of the whole backups, oldest first; one empty name when the place itself is a backup.</returns>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Takes a backup that is laid out in a local folder: all of it, or nothing that counts as a backup.</summary>
    Task KeepAsync(string folder, string name, CancellationToken cancellationToken);

    /// <summary>Brings a backup to a local folder that does not exist yet, its manifest too.</summary>
    Task FetchAsync(string name, string folder, CancellationToken cancellationToken);
}
