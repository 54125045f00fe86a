using System.Globalization;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Backups;

/// <summary>Copies the data of an environment to a safe place while it is in use.</summary>
public sealed class Backup
{
    private readonly IStoredData _data;
    private readonly BackupPlaces _places;
    private readonly StepJournal _journal;
    private readonly TimeProvider _time;

    internal Backup(IStoredData data, BackupPlaces places, StepJournal journal, TimeProvider time) =>
        (_data, _places, _journal, _time) = (data, places, journal, time);

    /// <param name="to">A folder or <c>s3://bucket/prefix</c> that holds the backups; this one gets a name of its own there.</param>
    public Task RunAsync(string to, CancellationToken cancellationToken) => _journal.RunAsync("Backup", async () =>
    {
        var place = _places.Of(to);
        using var bench = await Workbench.EnterAsync(_data.Workbench, cancellationToken);
        var now = _time.GetUtcNow();
        var name = now.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);
        var release = await _data.CopyAsync(bench.Copy, cancellationToken);
        var manifest = await BackupManifest.WriteAsync(bench.Copy, release, now, cancellationToken);
        await place.KeepAsync(bench.Copy, name, cancellationToken);
        if (place.FolderOf(name) is { } folder)
        {
            manifest.Verify(folder, folder);
        }

        _journal.Close($"Backed up to {place.AddressOf(name)}");
        _journal.Close($"  restore    ./build.sh --target=Restore --from={place.AddressOf(name)}");
        return string.Create(CultureInfo.InvariantCulture, $"{manifest.Bytes / 1e6:0.0} MB in {manifest.Files.Count} files, each verified by its hash");
    });
}
