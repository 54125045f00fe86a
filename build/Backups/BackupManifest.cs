using System.Text.Json;
using System.Text.Json.Serialization;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Backups;

/// <param name="Name">Relative to the backup, with forward slashes.</param>
internal sealed record BackedUpFile(string Name, long Bytes, ContentHash Hash);

/// <summary>What a backup holds, to the byte. It is written last: a folder without one is no backup.</summary>
/// <param name="Release">The release that made the copy.</param>
internal sealed record BackupManifest(string Format, int Version, DateTimeOffset CreatedAt, ReleaseId Release, IReadOnlyList<BackedUpFile> Files)
{
    public const string FileName = "manifest.json";

    private const string OurFormat = "vectordb-backup";
    private const int OurVersion = 1;

    [JsonIgnore]
    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>Describes a folder that was laid out, and puts the description into it.</summary>
    public static async Task<BackupManifest> WriteAsync(string folder, ReleaseId release, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var manifest = new BackupManifest(OurFormat, OurVersion, now, release, [.. FilesOf(folder)]);
        await File.WriteAllBytesAsync(
            Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(manifest, BackupJson.Default.BackupManifest), cancellationToken);
        return manifest;
    }

    /// <param name="place">Where it came from, for messages.</param>
    /// <exception cref="BackupRefusedException">It is not ours, not whole, or a newer build's.</exception>
    public static BackupManifest Parse(string place, ReadOnlySpan<byte> json)
    {
        BackupManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(json, BackupJson.Default.BackupManifest);
        }
        catch (Exception damage) when (damage is JsonException or FormatException)
        {
            throw new BackupRefusedException($"{place}/{FileName} is damaged or not of this system: {damage.Message}");
        }

        if (manifest is not { Format: OurFormat, Files: not null })
        {
            throw new BackupRefusedException($"{place} is not a backup of this system: its {FileName} says '{manifest?.Format}', not '{OurFormat}'.");
        }

        return manifest.Version == OurVersion
            ? manifest
            : throw new BackupRefusedException($"{place} is of version {manifest.Version}; this build reads {OurVersion}. Restore it with the build that made it.");
    }

    /// <summary>Compares a folder with the description, file by file and byte by byte.</summary>
    /// <exception cref="BackupRefusedException">Names the first file that is missing, different or not described.</exception>
    public void Verify(string place, string folder)
    {
        var there = FilesOf(folder).ToDictionary(file => file.Name, StringComparer.Ordinal);
        foreach (var file in Files)
        {
            if (!there.Remove(file.Name, out var found))
            {
                throw new BackupRefusedException($"{place} is not whole: {file.Name} is missing.");
            }

            if (found != file)
            {
                throw new BackupRefusedException($"{place} is damaged: {file.Name} has {found.Bytes} bytes of {found.Hash}, but {file.Bytes} of {file.Hash} were backed up.");
            }
        }

        if (there.Count > 0)
        {
            throw new BackupRefusedException($"{place} holds {there.Keys.First()}, which its {FileName} does not know.");
        }
    }

    private static IEnumerable<BackedUpFile> FilesOf(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(path => (Path: path, Name: Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/')))
        .Where(file => file.Name != FileName)
        .OrderBy(file => file.Name, StringComparer.Ordinal)
        .Select(file => new BackedUpFile(file.Name, new FileInfo(file.Path).Length, ContentHash.OfFile(file.Path)));
}

/// <summary>A backup that cannot be made or must not be restored. Nothing was changed.</summary>
internal sealed class BackupRefusedException(string message) : Exception(message);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupJson : JsonSerializerContext;
