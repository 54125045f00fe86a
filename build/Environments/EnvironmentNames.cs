using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Environments.Local;
using VectorDb.Build.Environments.Settings;

namespace VectorDb.Build.Environments;

/// <summary>The environments that there are.</summary>
internal static class EnvironmentNames
{
    private const string Prefix = ".env.";

    /// <summary>Whether a command is for the rehearsal, and no rehearsal is open around it.</summary>
    public static bool NeedsRehearsal(Invocation invocation) =>
        invocation.Value(Options.Environment) == AwsEnvironment.Rehearsal && Environment.GetEnvironmentVariable(SettingsCatalogue.AwsEndpoint.Name) is not { Length: > 0 };

    /// <returns>Null where a pipeline gives the settings as variables: then any name will do.</returns>
    public static IReadOnlyList<string>? Of(string root) => Environment.GetEnvironmentVariable(SettingsCatalogue.Region.Name) is { Length: > 0 }
        ? null
        :
        [
            LocalEnvironment.LocalName,
            AwsEnvironment.Rehearsal,
            .. Directory.EnumerateFiles(root, $"{Prefix}*")
                .Select(static path => Path.GetFileName(path)[Prefix.Length..])
                .Where(static name => !name.EndsWith(".template", StringComparison.Ordinal)),
        ];
}
