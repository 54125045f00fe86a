using System.Globalization;

namespace VectorDb.Core.Configuration;

/// <summary>The kinds of settings, each with its parser and its words for "allowed".</summary>
internal static class SettingKinds
{
    public static Setting<string> Text(string name, string defaultValue, string description) =>
        new(name, defaultValue, "any text", description, static text => text);

    public static Setting<string?> Optional(string name, string description, bool secret = false, string allowed = "any text") =>
        new(name, null, allowed, description, static text => text, secret);

    public static Setting<string> Folder(string name, string defaultValue, string description) =>
        new(name, defaultValue, "a folder", description, Path.GetFullPath);

    public static Setting<Uri?> Url(string name, string description) =>
        new(name, null, "an absolute http or https URL without a user", description, static text =>
            Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", UserInfo: "" } ? url : throw new FormatException());

    public static Setting<bool> Switch(string name, bool defaultValue, string description) =>
        new(name, defaultValue ? "true" : "false", "true or false", description, static text => text switch
        {
            "1" => true,
            "0" => false,
            _ => bool.Parse(text),
        });

    public static Setting<long> Number(string name, long defaultValue, long min, long max, string description) =>
        new(name, defaultValue.ToString(CultureInfo.InvariantCulture), $"a whole number from {min} to {max}", description, text =>
        {
            var value = long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            return value >= min && value <= max ? value : throw new FormatException();
        });

    /// <summary>A member of <typeparamref name="T"/>, in lower case and never by its number.</summary>
    public static Setting<T> Choice<T>(string name, T defaultValue, string description)
        where T : struct, Enum
    {
        var values = Enum.GetValues<T>().ToDictionary(static value => value.ToString().ToLowerInvariant(), StringComparer.OrdinalIgnoreCase);
        return new(name, defaultValue.ToString().ToLowerInvariant(), string.Join(" or ", values.Keys), description, text =>
            values.TryGetValue(text, out var value) ? value : throw new FormatException());
    }
}
