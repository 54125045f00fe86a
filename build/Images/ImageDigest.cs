namespace VectorDb.Build.Images;

/// <summary>An image as the registry knows it; the only name that rendered files and manifests use.</summary>
/// <param name="Repository">For example <c>vectordb-api/app</c>.</param>
/// <param name="Digest"><c>sha256:...</c> of its manifest.</param>
internal sealed record ImageDigest(string Repository, string Digest)
{
    /// <returns><c>registry/repository@sha256:...</c>.</returns>
    public string In(string registry) => $"{registry}/{Repository}@{Digest}";
}

/// <summary>An image that is ready to be pushed, or needs no push.</summary>
/// <param name="Tag">Its content tag.</param>
/// <param name="Outcome">What it took to have it.</param>
/// <param name="Duration">How long that took.</param>
internal sealed record BuiltImage(ImageRecipe Recipe, string Tag, BuildOutcome Outcome, TimeSpan Duration);

internal enum BuildOutcome
{
    Built,

    /// <summary>The engine of this machine had it.</summary>
    InEngine,

    /// <summary>The registry has it: neither built nor pushed.</summary>
    InRegistry,
}

/// <param name="Pushed">False when the registry had it.</param>
internal sealed record PushedImage(ImageDigest Image, bool Pushed, TimeSpan Duration);
