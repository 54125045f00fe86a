namespace VectorDb.Build.Images;

/// <summary>An image that is ready to be pushed, or needs no push.</summary>
/// <param name="Tag">Its content tag.</param>
/// <param name="Outcome">What it took to have it.</param>
internal sealed record BuiltImage(ImageRecipe Recipe, string Tag, BuildOutcome Outcome);

internal enum BuildOutcome
{
    Built,

    /// <summary>The engine of this machine had it.</summary>
    InEngine,

    /// <summary>The registry has it: neither built nor pushed.</summary>
    InRegistry,
}
