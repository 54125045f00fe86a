using System.Text.Json;
using System.Text.Json.Serialization;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Files;

namespace VectorDb.Build.Images;

/// <summary>
/// What was pushed for an environment, and of which content: <c>artifacts/{environment}/images.json</c>. The steps behind the push
/// name images by these digests alone.
/// </summary>
/// <param name="Services">Content of each service's published output.</param>
/// <param name="Sources">Content of what else it is made of.</param>
/// <param name="Images">Digest by repository.</param>
/// <param name="PromotedFrom">The environment that proved it; null for what was built here.</param>
internal sealed record PushedRelease(
    IReadOnlyDictionary<string, ContentHash> Services,
    IReadOnlyDictionary<string, ContentHash> Sources,
    IReadOnlyDictionary<string, string> Images,
    string? PromotedFrom = null)
{
    /// <summary>Of the tree that it was made from; null for the tree at hand.</summary>
    public string? Commit { get; init; }

    /// <summary>Of the data that its services read and write; null for what this tree's do.</summary>
    public SchemaCompatibility? Schema { get; init; }

    /// <summary>Repositories whose image is in no registry: its digest follows from its content, and nothing can pull it.</summary>
    public IReadOnlyList<string> Unpushed { get; init; } = [];

    private static string PathOf(string artifacts, string environment) => Path.Combine(artifacts, environment, "images.json");

    public Task WriteAsync(string artifacts, string environment, CancellationToken cancellationToken) => DurableFile.WriteAsync(
        PathOf(artifacts, environment), JsonSerializer.SerializeToUtf8Bytes(this, PushedReleaseJson.Default.PushedRelease), cancellationToken);

    /// <exception cref="InvalidOperationException">Nothing was pushed yet.</exception>
    public static async Task<PushedRelease> ReadAsync(string artifacts, string environment, CancellationToken cancellationToken) =>
        await DurableFile.ReadAsync(PathOf(artifacts, environment), cancellationToken) is { } json
            ? JsonSerializer.Deserialize(json, PushedReleaseJson.Default.PushedRelease)!
            : throw new InvalidOperationException(
                $"{PathOf(artifacts, environment)} is not there: files of a release name its images by digest. Next: {BuildCommand.Line("EcrPush", environment)}");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(PushedRelease))]
internal sealed partial class PushedReleaseJson : JsonSerializerContext;
