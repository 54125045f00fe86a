using System.Text.RegularExpressions;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Secrets;

namespace VectorDb.Build.Environments.Settings;

/// <summary>Reads <c>.env.{environment}</c>: <c>NAME=value</c> lines, comments, and nothing that the catalogue does not know.</summary>
internal static partial class SettingsFile
{
    /// <param name="root">The folder of the file.</param>
    /// <returns>What is set; null where there is no file.</returns>
    /// <exception cref="SettingsException">Names every wrong line.</exception>
    public static async Task<IReadOnlyDictionary<string, string>?> ReadAsync(string root, string environment, CancellationToken cancellation)
    {
        var path = Path.Combine(root, $".env.{environment}");
        return File.Exists(path) ? Parse(environment, await File.ReadAllTextAsync(path, cancellation)) : null;
    }

    /// <returns>What is set; an empty value is not.</returns>
    /// <exception cref="SettingsException">Names every wrong line.</exception>
    public static IReadOnlyDictionary<string, string> Parse(string environment, string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var problems = new List<string>();
        foreach (var (number, line) in text.ReplaceLineEndings("\n").Split('\n').Index())
        {
            if (line.Trim() is { Length: > 0 } content && content[0] != '#' && Take(content, environment, values) is { } problem)
            {
                problems.Add($".env.{environment}({number + 1}): {problem}");
            }
        }

        return problems.Count == 0 ? values : throw new SettingsException(problems);
    }

    private static string? Take(string line, string environment, Dictionary<string, string> values)
    {
        var equals = line.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? "" : line[..equals].TrimEnd();
        if (!NameForm().IsMatch(name))
        {
            // Not quoted: it may be a secret that somebody pasted here, with the padding of base64 at its end.
            return "is no NAME=value; a name has capital letters, digits and underscores.";
        }

        var value = Unquoted(line[(equals + 1)..].Trim());
        if (Refuse(name, environment) is { } reason)
        {
            return reason;
        }

        if (value.Length > 0 && !values.TryAdd(name, value))
        {
            return $"{name} is set twice.";
        }

        return null;
    }

    private static string? Refuse(string name, string environment)
    {
        if (SecretCatalogue.All.FirstOrDefault(secret => secret.Setting == name) is { } secret)
        {
            return $"{name} is a secret and belongs in no file: {BuildCommand.Line(secret.IsGenerated ? "RotateSecret" : "PutSecret", environment)} --name={secret.Name}";
        }

        if (SettingsCatalogue.All.Any(setting => setting.Name == name))
        {
            return null;
        }

        var nearest = Spelling.Nearest(name, SettingsCatalogue.All.Select(setting => setting.Name));
        return nearest is null ? $"{name} is no setting; .env.production.template lists them all." : $"{name} is no setting; did you mean {nearest}?";
    }

    [GeneratedRegex(@"\A[A-Z][A-Z0-9_]*\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NameForm();

    private static string Unquoted(string value) =>
        value.Length >= 2 && value[0] == value[^1] && value[0] is '"' or '\'' ? value[1..^1] : value;
}

/// <summary>The settings of an environment cannot be used; the message has a line a problem.</summary>
internal sealed class SettingsException(IReadOnlyList<string> problems) : Exception(string.Join('\n', problems));
