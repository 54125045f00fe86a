using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments.Settings;
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

    // In AWS these are not asked for: keys are always on, and an instance stops within the limits of its unit.
    private static readonly string[] OfThisMachine = ["VECTORDB_AUTH", "VECTORDB_WORKER_HARD_LIMIT", "VECTORDB_WORKER_SOFT_LIMIT"];
    private static readonly Dictionary<string, EnvironmentSetting> OfServices =
        SettingsCatalogue.All.Where(static setting => setting.IsOfServices).ToDictionary(static setting => setting.Name, StringComparer.Ordinal);

    private static readonly string[] Secrets = [.. SecretCatalogue.All.Select(static secret => secret.Setting).OfType<string>()];

    // Whatever else begins like this was meant for the services.
    private static readonly string[] Families = ["VECTORDB_LIMIT_", "VECTORDB_OPENAI_", "VECTORDB_WORKER_"];

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

    /// <summary>What the shell gives the services and they could not take: it would be left out in silence, or kept in the manifest of every release.</summary>
    /// <param name="environment">Variables of the shell.</param>
    /// <param name="secretsFolder">Where a secret belongs.</param>
    public static IReadOnlyList<string> Problems(IEnumerable<KeyValuePair<string, string>> environment, string secretsFolder) =>
        [.. environment.Where(static pair => pair.Value.Length > 0).OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(pair => Problem(pair.Key, pair.Value, secretsFolder)).OfType<string>()];

    private static string? Problem(string name, string value, string secretsFolder)
    {
        if (IsAdjustable(name))
        {
            return OfServices.GetValueOrDefault(name)?.Refuse(value) is { } reason ? $"{name} {reason}." : null;
        }

        if (!Families.Any(family => name.StartsWith(family, StringComparison.Ordinal)) || Secrets.Contains(name, StringComparer.Ordinal)
            || SettingsCatalogue.All.Any(setting => setting.Name == name))
        {
            return null;
        }

        var nearest = Spelling.Nearest(name, [.. OfServices.Keys, .. OfThisMachine, .. Secrets]);
        var problem = $"{name} is no setting of the services; {(nearest is null ? "docs/settings.md lists them all." : $"did you mean {nearest}?")}";
        return nearest is null || Secrets.Contains(nearest, StringComparer.Ordinal)
            ? $"{problem} A secret goes into a file named like its setting: {Path.Combine(secretsFolder, nearest ?? SecretCatalogue.OpenAiApiKey.Setting!)}"
            : problem;
    }

    private static bool IsAdjustable(string name) => OfServices.ContainsKey(name) || OfThisMachine.Contains(name, StringComparer.Ordinal);
}
