using System.Text.RegularExpressions;
using VectorDb.Build.Environments.Settings;

namespace VectorDb.Build.Preflight;

/// <summary>Values that stand where somebody should have put a real one.</summary>
internal static partial class PlaceholderCheck
{
    public static IEnumerable<Finding> Find(EnvironmentSettings settings, string environment)
    {
        // A reserved domain is right where an emulator stands in for AWS, and nowhere else.
        var isReal = settings[SettingsCatalogue.AwsEndpoint] is null;
        foreach (var setting in SettingsCatalogue.All)
        {
            if (settings[setting] is { } value && (Placeholder().IsMatch(value) || (isReal && ReservedDomain().IsMatch(value))))
            {
                yield return new Finding(
                    "setting-placeholder", $"{setting.Name} is '{value}' ({settings.SourceOf(setting)})", $"This is no real value: {setting.Description}", $"set {setting.Name} in .env.{environment}");
            }
        }

        if (isReal && settings[SettingsCatalogue.Registry] is { } registry)
        {
            yield return new Finding(
                "setting-registry", $"{SettingsCatalogue.Registry.Name} is '{registry}'", "Images are pushed to the account's own registry, and instances may pull from no other.", $"take {SettingsCatalogue.Registry.Name} out of .env.{environment}");
        }

        foreach (var setting in new[] { SettingsCatalogue.ComposeSha256, SettingsCatalogue.CaBundleSha256 }.Where(setting => !Sha256().IsMatch(settings[setting] ?? "")))
        {
            yield return new Finding(
                "setting-hash", $"{setting.Name} is no SHA-256", "Instances take exactly the file with this hash.", $"set {setting.Name} in .env.{environment} to the 64 hexadecimal digits of: sha256sum <file>");
        }
    }

    [GeneratedRegex("your[-_](org|key|key-pair|account|domain)|\\bchange[-_]?me\\b|<[^>]*>|\\btodo\\b|\\bxxx+\\b|placeholder", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Placeholder();

    // RFC 2606 and RFC 6761.
    [GeneratedRegex("(^|[.@/,])(example\\.(com|org|net)|[a-z0-9-]+\\.(example|invalid|test))($|[,:/])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ReservedDomain();

    [GeneratedRegex("^[0-9a-f]{64}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Sha256();
}
