using System.Text.Json;

namespace VectorDb.Build.Releases.Files;

/// <summary>A folder a release: <c>&lt;id&gt;/manifest.json</c> beside the release's files.</summary>
internal sealed class FileReleaseCatalog(string folder) : IReleaseCatalog
{
    public const string FileName = "manifest.json";

    public async Task<Manifest> AddAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        using var guard = await FileGuard.EnterAsync(Path.Combine(folder, ".guard"), cancellationToken);
        if (await FindAsync(manifest.Release, cancellationToken) is { } existing)
        {
            return existing;
        }

        await ReplaceAsync(manifest, cancellationToken);
        return manifest;
    }

    public Task ReplaceAsync(Manifest manifest, CancellationToken cancellationToken) =>
        DurableFile.WriteAsync(PathOf(manifest.Release), JsonSerializer.SerializeToUtf8Bytes(manifest, ReleaseJson.Readable.Manifest), cancellationToken);

    public async Task<Manifest?> FindAsync(ReleaseId release, CancellationToken cancellationToken) =>
        await DurableFile.ReadAsync(PathOf(release), cancellationToken) is { } json ? JsonSerializer.Deserialize(json, ReleaseJson.Readable.Manifest) : null;

    public async Task<IReadOnlyList<Manifest>> ListAsync(CancellationToken cancellationToken)
    {
        var manifests = new List<Manifest>();
        foreach (var path in Directory.Exists(folder) ? Directory.EnumerateDirectories(folder) : [])
        {
            if (ReleaseId.TryParse(Path.GetFileName(path), out var release) && await FindAsync(release, cancellationToken) is { } manifest)
            {
                manifests.Add(manifest);
            }
        }

        return [.. manifests.OrderBy(manifest => manifest.CreatedAt).ThenBy(manifest => manifest.Release.Value, StringComparer.Ordinal)];
    }

    /// <remarks>The manifest goes first: a removal that is killed leaves files without one, which is no release.</remarks>
    public Task RemoveAsync(ReleaseId release, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, release.Value);
        if (Directory.Exists(path))
        {
            File.Delete(PathOf(release));
            Directory.Delete(path, recursive: true);
        }

        return Task.CompletedTask;
    }

    private string PathOf(ReleaseId release) => Path.Combine(folder, release.Value, FileName);
}
