using VectorDb.Build.Releases;

namespace VectorDb.Build.Backups;

/// <summary>What the services of an environment keep on its own disks.</summary>
internal interface IStoredData
{
    /// <summary>A folder on the same disk, for what is on its way in or out; not there before the first use.</summary>
    string Workbench { get; }

    /// <summary>Copies it to a new folder while services use it.</summary>
    /// <returns>The release that made the copy.</returns>
    /// <exception cref="BackupRefusedException">There is nothing to copy, or what there is cannot be copied.</exception>
    Task<ReleaseId> CopyAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Puts a folder in its place. Nothing may be using it. API keys and session keys stay as they are.</summary>
    /// <returns>Where lies now what was there; null when nothing was.</returns>
    string? Replace(string folder);

    /// <summary>Puts back what <see cref="Replace"/> has set aside.</summary>
    void TakeBack(string? aside);
}
