using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace VectorDb.Build.Rendering;

/// <summary>
/// Writes a value as one whole literal of the target language, so that nothing in it can be taken for syntax. A value that
/// the language cannot express is a <see cref="FormatException"/>.
/// </summary>
internal static partial class Literals
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A word as it is when it has harmless characters only, else in single quotes.</summary>
    public static string Shell(object value)
    {
        var text = Plain(value);
        Refuse(text, text.Contains('\0'), "a NUL character");
        return HarmlessWord().IsMatch(text) ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    /// <summary>JSON, which is YAML too.</summary>
    public static string Json(object value) => value is string or bool or int or long or double
        ? JsonSerializer.Serialize(value, value.GetType(), Relaxed)
        : throw Unwritable(value);

    /// <summary>A word or a quoted string. nginx expands variables in both, and knows no escape for the dollar sign.</summary>
    public static string Nginx(object value)
    {
        var text = Plain(value);
        Refuse(text, text.Contains('$'), "a dollar sign, which nginx always expands");
        Refuse(text, text.Any(char.IsControl), "a control character");
        return HarmlessWord().IsMatch(text)
            ? text
            : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>A word or a quoted string, with specifiers (%) written twice. Only some lines expand a dollar sign: none is taken.</summary>
    public static string Systemd(object value)
    {
        var text = Plain(value);
        Refuse(text, text.Contains('$'), "a dollar sign, which some lines expand and others do not");
        Refuse(text, text.Any(char.IsControl), "a control character");
        var literal = text.Replace("%", "%%", StringComparison.Ordinal);
        return HarmlessWord().IsMatch(text)
            ? literal
            : $"\"{literal.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>The rest of a line of <c>docker compose --env-file</c>: single quotes take everything but themselves.</summary>
    public static string EnvironmentFile(object value)
    {
        var text = Plain(value);
        Refuse(text, text.Any(char.IsControl), "a control character");
        Refuse(text, text.Contains('\''), "a single quote");
        return HarmlessWord().IsMatch(text) ? text : $"'{text}'";
    }

    private static string Plain(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        IFormattable number when value is int or long or double => number.ToString(format: null, CultureInfo.InvariantCulture),
        _ => throw Unwritable(value),
    };

    private static void Refuse(string text, bool refused, string what)
    {
        if (refused)
        {
            throw new FormatException($"'{text}' holds {what}");
        }
    }

    private static FormatException Unwritable(object value) => new($"a {value.GetType().Name} is not one value");

    [GeneratedRegex("^[A-Za-z0-9_@%+=:,./-]+$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex HarmlessWord();
}
