namespace VectorDb.Build.Images;

/// <summary>An image as the registry knows it; the only name that rendered files and manifests use.</summary>
/// <param name="Repository">For example <c>vectordb-api/app</c>.</param>
/// <param name="Digest"><c>sha256:...</c> of its manifest.</param>
internal sealed record ImageDigest(string Repository, string Digest)
{
    /// <returns><c>registry/repository@sha256:...</c>.</returns>
    public string In(string registry) => $"{registry}/{Repository}@{Digest}";
}
