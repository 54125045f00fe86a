using System.Text.Json;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Images;

/// <summary>What a registry keeps of an image beside its blobs. Its bytes are its digest, so they are never written anew.</summary>
/// <remarks>https://github.com/opencontainers/image-spec/blob/main/manifest.md and image-index.md, and Docker's forerunners of both.</remarks>
/// <param name="Manifests">Digests of the manifests that it is an index of.</param>
/// <param name="Blobs">Digests of configuration and layers.</param>
internal sealed record ImageManifest(byte[] Bytes, string MediaType, IReadOnlyList<string> Manifests, IReadOnlyList<string> Blobs)
{
    public static readonly IReadOnlyList<string> MediaTypes =
    [
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.docker.distribution.manifest.list.v2+json",
    ];

    /// <exception cref="InvalidOperationException">The bytes have another digest.</exception>
    public static ImageManifest Read(byte[] bytes, string mediaType, string digest)
    {
        if (ContentHash.OfBytes(bytes).ToString() != digest)
        {
            throw new InvalidOperationException($"What the registry gave for {digest} is something else.");
        }

        using var document = JsonDocument.Parse(bytes);
        var root = document.RootElement;
        return new ImageManifest(
            bytes,
            mediaType,
            [.. Digests(root, "manifests")],
            [.. root.TryGetProperty("config", out var configuration) ? [DigestOf(configuration)] : Array.Empty<string>(), .. Digests(root, "layers").Distinct(StringComparer.Ordinal)]);
    }

    private static IEnumerable<string> Digests(JsonElement root, string name) => root.TryGetProperty(name, out var list) ? list.EnumerateArray().Select(DigestOf) : [];

    private static string DigestOf(JsonElement descriptor) => descriptor.GetProperty("digest").GetString()!;
}
