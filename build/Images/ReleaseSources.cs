using VectorDb.Build.Releases;

namespace VectorDb.Build.Images;

/// <summary>
/// What the instances of a release run beside the published output, by content. Infrastructure is not among it: where Terraform makes
/// something else of the same release, the launch template version tells.
/// </summary>
internal static class ReleaseSources
{
    /// <param name="root">The repository.</param>
    /// <param name="recipes">Of the release's images.</param>
    public static IReadOnlyDictionary<string, ContentHash> Of(string root, IReadOnlyList<ImageRecipe> recipes) =>
        new Dictionary<string, ContentHash>(OfFiles(root), StringComparer.Ordinal)
        {
            ["images"] = ContentHash.Of(recipes.Select(static recipe => KeyValuePair.Create(recipe.Repository, ContentHash.OfText(recipe.ContentTag())))),
        };

    /// <summary>Those that the files of a release are rendered from, for each environment anew.</summary>
    public static IReadOnlyDictionary<string, ContentHash> OfFiles(string root) =>
        new Dictionary<string, ContentHash>(StringComparer.Ordinal)
        {
            ["templates"] = ContentHash.OfFolder(Path.Combine(root, "scripts", "templates")),
            ["agent"] = ContentHash.OfFile(Path.Combine(root, "monitoring", "cloudwatch-agent.json.sbn")),
        };
}
