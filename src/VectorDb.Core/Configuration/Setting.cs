namespace VectorDb.Core.Configuration;

/// <summary>One thing that can be configured. All of them are in <see cref="Settings"/>.</summary>
public abstract class Setting
{
    private protected Setting(string name, string? defaultText, string allowed, string description, bool secret)
    {
        Name = "VECTORDB_" + name;
        Default = defaultText;
        Allowed = allowed;
        Description = description;
        Secret = secret;
    }

    /// <summary>Of the environment variable, of the file in the secrets directory and of the command line option.</summary>
    public string Name { get; }

    /// <summary>Used when it is not set or empty; null for none.</summary>
    public string? Default { get; }

    /// <summary>The values it takes, in words.</summary>
    public string Allowed { get; }

    public string Description { get; }

    /// <summary>Never printed, never in an argument.</summary>
    public bool Secret { get; }

    /// <returns>The parsed value.</returns>
    /// <exception cref="FormatException">The text is not one of the allowed values.</exception>
    internal abstract object? Read(string text);
}

/// <inheritdoc/>
/// <typeparam name="T">What it is in code; nullable where there is no default.</typeparam>
public sealed class Setting<T> : Setting
{
    private readonly Func<string, T> _parse;

    internal Setting(string name, string? defaultText, string allowed, string description, Func<string, T> parse, bool secret = false)
        : base(name, defaultText, allowed, description, secret) => _parse = parse;

    internal override object? Read(string text) => _parse(text);
}
