namespace VectorDb.Build.Rendering;

/// <summary>What a template renders to, told from its name: <c>user_data.sh.sbn</c> renders to a shell script.</summary>
internal sealed record TargetLanguage(string Name, Func<object, string> Literal)
{
    private static readonly Dictionary<string, TargetLanguage> ByExtension = new(StringComparer.Ordinal)
    {
        [".sh"] = new("shell", Literals.Shell),
        [".yml"] = new("YAML", Literals.Json),
        [".json"] = new("JSON", Literals.Json),
        [".conf"] = new("nginx", Literals.Nginx),
        [".service"] = new("systemd", Literals.Systemd),
        [".timer"] = new("systemd", Literals.Systemd),
        [".env"] = new("environment file", Literals.EnvironmentFile),
    };

    /// <exception cref="RenderingException">Nothing is known of such a file.</exception>
    public static TargetLanguage Of(string templateName)
    {
        var extension = Path.GetExtension(Path.GetFileNameWithoutExtension(templateName));
        return ByExtension.TryGetValue(extension, out var language)
            ? language
            : throw new RenderingException($"{templateName}: nothing is known of '{extension}' files; known are {string.Join(", ", ByExtension.Keys)}.");
    }
}
