using System.Globalization;
using System.Text.RegularExpressions;

namespace VectorDb.Build.CommandLine;

/// <summary>An option of the command line.</summary>
/// <param name="Name">Without dashes.</param>
/// <param name="Shape">What a value looks like in the help, or null for a flag.</param>
/// <param name="Description">One line for the help.</param>
public abstract partial record Option(string Name, string? Shape, string Description)
{
    /// <summary>Shorter or older names, with their dashes.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The targets that take the option; none means all.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>Those of them that can do nothing without it.</summary>
    public IReadOnlyList<string> NeededBy { get; init; } = [];

    /// <summary>Whether it is one of Cake's, which every Frosting build has.</summary>
    public bool IsCakes { get; init; }

    /// <summary>The name as it is typed.</summary>
    public string Typed => "--" + Name;

    /// <summary>What a value must be, where its shape does not tell; null where it does.</summary>
    public string? Rule { get; init; }

    /// <summary>The name and the shape of a value as they are typed.</summary>
    public string Usage => Shape is null ? Typed : $"{Typed}={Shape}";

    /// <summary>An option that is there or not.</summary>
    public static Option<bool> Flag(string name, string description) => new(name, null, description, false, static _ => true);

    /// <summary>An option with a text.</summary>
    public static Option<string?> Text(string name, string shape, string description) =>
        new(name, shape, description, null, static text => text.Length > 0 ? text : null);

    /// <summary>An option with one line of text.</summary>
    public static Option<string?> Line(string name, string shape, string description) =>
        new(name, shape, description, null, static text => text.Trim() is { Length: > 0 } line && !line.Any(char.IsControl) ? line : null);

    /// <summary>An option with one of a few words, the first of which is the default.</summary>
    public static Option<string> Choice(string name, string description, params string[] words) => new(
        name,
        string.Join('|', words),
        description,
        words[0],
        text => words.FirstOrDefault(word => word.Equals(text, StringComparison.OrdinalIgnoreCase)));

    /// <summary>An option with a name in lower case, 3 to 16 characters, as it becomes part of names of resources: RDS and ElastiCache take no two hyphens in a row.</summary>
    public static Option<string> Identifier(string name, string shape, string description, string value) => new(
        name, shape, description, value, static text => NamePattern().IsMatch(text) && !text.Contains("--", StringComparison.Ordinal) ? text : null)
    {
        Rule = "3 to 16 lower-case letters, digits and single hyphens, a letter first",
    };

    /// <summary>An option with one of a few words and without a default.</summary>
    public static Option<string?> Word(string name, string description, params string[] words) => new(
        name,
        string.Join('|', words),
        description,
        null,
        text => words.FirstOrDefault(word => word.Equals(text, StringComparison.OrdinalIgnoreCase)));

    /// <summary>An option with a whole number.</summary>
    public static Option<int?> Number(string name, int least, int most, string description) => new(
        name,
        $"<{least}-{most}>",
        description,
        null,
        text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : null);

    /// <summary>An option with an http or https address.</summary>
    public static Option<Uri?> Address(string name, string description) => new(
        name,
        "http://<host>",
        description,
        null,
        static text => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null);

    /// <summary>Reads a value.</summary>
    /// <returns>The value, or null when the text is not one.</returns>
    internal abstract object? Read(string text);

    [GeneratedRegex("^[a-z][a-z0-9-]{1,14}[a-z0-9]$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NamePattern();
}

/// <summary>An option of the command line whose value has a type.</summary>
/// <param name="Name">Without dashes.</param>
/// <param name="Shape">What a value looks like in the help, or null for a flag.</param>
/// <param name="Description">One line for the help.</param>
/// <param name="Default">The value when the option is not given.</param>
/// <param name="Parse">Reads a value; null says that the text is not one.</param>
public sealed record Option<T>(string Name, string? Shape, string Description, T Default, Func<string, object?> Parse)
    : Option(Name, Shape, Description)
{
    internal override object? Read(string text) => Parse(text);

    /// <summary>The same option for some targets only.</summary>
    internal Option<T> For(params string[] targets) => this with { Targets = targets };

    /// <summary>The same option for some targets more, which cannot do without it.</summary>
    internal Option<T> Needed(params string[] targets) => this with { Targets = [.. Targets, .. targets], NeededBy = targets };

    /// <summary>The same option with other spellings, dashes included.</summary>
    internal Option<T> Or(params string[] aliases) => this with { Aliases = aliases };

    /// <summary>The same option, handed on to Cake, with Cake's other spellings.</summary>
    internal Option<T> OfCake(params string[] aliases) => this with { Aliases = aliases, IsCakes = true };
}
