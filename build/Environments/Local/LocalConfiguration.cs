using VectorDb.Build.Secrets;

namespace VectorDb.Build.Environments.Local;

/// <summary>Settings of a local release: defaults that need neither account nor secret, and what the shell says instead.</summary>
internal static class LocalConfiguration
{
    // Only names from here get into a manifest; a secret comes from the folder `secrets` of the environment.
    private static readonly Dictionary<string, string> Defaults = new(StringComparer.Ordinal)
    {
        ["VECTORDB_ENVIRONMENT"] = LocalEnvironment.LocalName,
        ["VECTORDB_STORE"] = "embedded",
        ["VECTORDB_TASKS"] = "sqlite",
        ["VECTORDB_FILES"] = "folder",
        ["VECTORDB_EMBEDDER"] = "hashing",
        ["VECTORDB_AUTH"] = "off",
    };

    private static readonly string[] Adjustable = ["VECTORDB_AUTH", "VECTORDB_EMBEDDER", "VECTORDB_EMBEDDER_DIMENSION", "VECTORDB_TASK_RETENTION_DAYS"];
    private static readonly string[] AdjustableFamilies = ["VECTORDB_LIMIT_", "VECTORDB_OPENAI_", "VECTORDB_WORKER_"];
    private static readonly string[] Secrets = [.. SecretCatalogue.All.Select(secret => secret.Setting).OfType<string>()];

    /// <param name="environment">Variables of the shell.</param>
    public static IReadOnlyDictionary<string, string> From(IEnumerable<KeyValuePair<string, string>> environment)
    {
        var settings = new SortedDictionary<string, string>(Defaults, StringComparer.Ordinal);
        foreach (var (name, value) in environment)
        {
            if (value.Length > 0 && IsAdjustable(name))
            {
                settings[name] = value;
            }
        }

        return settings;
    }

    private static bool IsAdjustable(string name) =>
        !Secrets.Contains(name, StringComparer.Ordinal)
        && (Adjustable.Contains(name, StringComparer.Ordinal) || AdjustableFamilies.Any(family => name.StartsWith(family, StringComparison.Ordinal)));
}
