using System.Text.RegularExpressions;

namespace VectorDb.Build.Environments.Settings;

/// <summary>What a setting takes.</summary>
internal enum SettingKind
{
    Text,
    Number,
    Whole,
    Boolean,

    /// <summary>Values with commas between them.</summary>
    List,

    /// <summary>Of http or https; it never names a user.</summary>
    Address,
}

/// <summary>One thing that an environment may be told.</summary>
/// <param name="Name">As in <c>.env.{environment}</c>; the parameter <c>/vectordb/{environment}/settings/domain-name</c> is <c>VECTORDB_DOMAIN_NAME</c>.</param>
/// <param name="Description">One sentence, for the template.</param>
/// <param name="Default">Null: none, because it must be given or because whoever reads it has one.</param>
internal sealed partial record EnvironmentSetting(string Name, string Description, SettingKind Kind, string? Default)
{
    public bool Required { get; init; }

    /// <summary>The only values it takes; empty for any.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>What each of its values looks like, and the words for that; null for any text.</summary>
    public (Regex Pattern, string Words)? Form { get; init; }

    /// <summary>Why a value of that form cannot be taken all the same; null when it can.</summary>
    public Func<string, string?> Objection { get; init; } = static _ => null;

    /// <summary>The Terraform variable that it becomes, a dot before a member of an object; null for none.</summary>
    public string? Variable { get; init; }

    /// <summary>Same for the foundation's root.</summary>
    public string? FoundationVariable { get; init; }

    /// <summary>The services run with it.</summary>
    public bool IsOfServices { get; init; }

    /// <summary>The name of its parameter.</summary>
    public string Parameter => Name[SettingsCatalogue.Prefix.Length..].ToLowerInvariant().Replace('_', '-');

    /// <summary>Why a value cannot be taken; null when it can.</summary>
    public string? Refuse(string value) => Kind switch
    {
        SettingKind.Number when !Decimal().IsMatch(value) => "takes a number, for example 2 or 0.5",
        SettingKind.Whole when !Natural().IsMatch(value) => "takes a whole number, for example 2",
        SettingKind.Boolean when value is not ("true" or "false") => "takes true or false",
        _ when Allowed.Count > 0 && !Allowed.Contains(value, StringComparer.Ordinal) => $"takes {string.Join(" or ", Allowed)}",
        SettingKind.List when value.Split(',').Any(string.IsNullOrWhiteSpace) => "takes values with commas between them",
        _ when Form is { } form && !form.Pattern.IsMatch(value) => $"takes {form.Words}",
        _ => Objection(value),
    };

    /// <summary>A value for a message: that of an address may hold a password, which is why it was refused.</summary>
    public string Shown(string value) => Kind == SettingKind.Address && value.Contains('@') ? "***" : value;

    // As JSON writes them, which Terraform is given.
    [GeneratedRegex(@"\A(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Decimal();

    [GeneratedRegex(@"\A(0|[1-9][0-9]{0,8})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Natural();
}
