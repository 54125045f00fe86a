using Cake.Core;
using VectorDb.Build.ApiKeys;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Environments.Settings;

namespace VectorDb.Build.Secrets;

/// <summary>A secret of every environment, below <c>vectordb/{environment}/</c>.</summary>
/// <param name="Name">Its last part.</param>
/// <param name="Setting">What the services know it as; null for one that they never read.</param>
/// <param name="Profiles">Instances that read it.</param>
internal sealed record ManagedSecret(string Name, string? Setting, IReadOnlyList<string> Profiles)
{
    /// <summary>Nobody gives its value: it is generated, and <c>RotateSecret</c> generates the next.</summary>
    public bool IsGenerated { get; init; }

    /// <summary>Why a value cannot be taken, without the value; null when it can.</summary>
    public required Func<string, string?> Refuse { get; init; }
}

/// <summary>Every secret that a person or the build gives a value.</summary>
internal static class SecretCatalogue
{
    public static readonly ManagedSecret OpenAiApiKey = new("openai-api-key", "VECTORDB_OPENAI_API_KEY", AwsNames.Profiles) { Refuse = OneLine };

    public static readonly ManagedSecret ApiKeys = new("api-keys", "VECTORDB_API_KEYS", [AwsNames.Web]) { Refuse = KeyLines };

    public static readonly ManagedSecret SmokeApiKey = new("smoke-api-key", null, []) { IsGenerated = true, Refuse = OneLine };

    public static readonly ManagedSecret RedisPassword = new("redis-password", "VECTORDB_REDIS_PASSWORD", AwsNames.Profiles) { IsGenerated = true, Refuse = OneLine };

    public static IReadOnlyList<ManagedSecret> All { get; } = [OpenAiApiKey, RedisPassword, ApiKeys, SmokeApiKey];

    /// <returns>Those that an environment cannot run without.</returns>
    public static IEnumerable<ManagedSecret> NeededWith(EnvironmentSettings settings) =>
        All.Where(secret => secret != OpenAiApiKey || settings.Require(SettingsCatalogue.Embedder) == "openai");

    /// <exception cref="CakeException">There is none of that name; says the nearest.</exception>
    public static ManagedSecret Named(string? name, string target) => All.FirstOrDefault(secret => secret.Name == name) ?? throw new CakeException(
        ExitCodes.UsageError,
        name is null
            ? $"Which secret? --target={target} --name=<{Names}>"
            : $"There is no secret '{name}'; {(Spelling.Nearest(name, All.Select(secret => secret.Name)) is { } nearest ? $"did you mean {nearest}?" : $"there are {Names}.")}");

    private static string Names => string.Join('|', All.Select(secret => secret.Name));

    private static string? OneLine(string value) => value switch
    {
        "" => "is empty",
        _ when value.Any(char.IsControl) => "has a line break or another control character in it",
        _ when value != value.Trim() => "begins or ends with white space",
        _ => null,
    };

    private static string? KeyLines(string value)
    {
        try
        {
            return ApiKey.ParseLines(value).Count == 0 ? "is empty" : null;
        }
        catch (FormatException wrong)
        {
            return $"takes one hashed key a line: {wrong.Message}";
        }
    }
}
