using System.Security.Cryptography;
using System.Text;

namespace VectorDb.Build.ApiKeys;

/// <summary>What a key may do; each scope includes those before it.</summary>
internal enum KeyScope
{
    Read,
    Write,
    Admin,
}

/// <summary>One API key as it is stored, by hash: the services read lines of this form (a test holds both sides equal).</summary>
/// <param name="Id">Eight hex digits: public, names the key in logs.</param>
/// <param name="Hash">SHA-256 of the whole key, lower-case hex.</param>
/// <param name="Name">Whose it is, for people.</param>
internal sealed record ApiKey(string Id, KeyScope Scope, string Hash, string Name)
{
    /// <summary>The environment variable with the key of a test by hand: arguments are seen by everybody on the machine.</summary>
    public const string Variable = "VECTORDB_API_KEY";

    private const string Prefix = "vdb_";
    private const int IdBytes = 4;
    private const int SecretBytes = 32;

    /// <summary>Makes a key. <c>Plain</c> is shown once, or handed to the one who uses it, and kept nowhere else.</summary>
    public static (ApiKey Key, string Plain) Create(string name, KeyScope scope)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        var plain = $"{Prefix}{id}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes))}";
        return (new ApiKey(id, scope, HashOf(plain), name), plain);
    }

    public bool Is(string plain) => Hash == HashOf(plain);

    /// <summary><c>{id} {scope} {sha256} {name}</c>.</summary>
    public string ToLine() => $"{Id} {Scope.ToString().ToLowerInvariant()} {Hash} {Name}";

    /// <summary>The lines of a store; empty ones do not count.</summary>
    /// <exception cref="FormatException">A line is not of that form. It is named by its number alone: it may be a key in plain text.</exception>
    public static IReadOnlyList<ApiKey> ParseLines(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.TrimEntries).Index().Where(static line => line.Item.Length > 0).Select(static line => ParseLine(line.Item)
            ?? throw new FormatException($"line {line.Index + 1} is not of the form '<id> <read|write|admin> <sha256> <name>'."))];

    public static string ToLines(IEnumerable<ApiKey> keys) => string.Concat(keys.Select(key => key.ToLine() + "\n"));

    private static ApiKey? ParseLine(string line) =>
        line.Split(' ', 4) is [{ Length: > 0 } id, var scope, { Length: SHA256.HashSizeInBytes * 2 } hash, { Length: > 0 } name]
        && Enum.GetValues<KeyScope>().Where(one => one.ToString().Equals(scope, StringComparison.OrdinalIgnoreCase)).ToList() is [var parsed]
            ? new ApiKey(id, parsed, hash, name)
            : null;

    private static string HashOf(string plain) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(plain)));
}
