using System.Security.Cryptography;
using System.Text;

namespace VectorDb.Core.Security;

/// <summary>What a key may do; each scope includes those before it.</summary>
public enum Scope
{
    Read,
    Write,

    /// <summary>The dashboard as well.</summary>
    Admin,
}

/// <summary>
/// One API key, as stored: never the key itself. A key reads <c>vdb_{id}_{secret}</c>; its 256 random bits leave nothing to
/// guess, so one SHA-256 protects it as well as a slow password hash would, and costs a request nothing.
/// </summary>
/// <param name="Id">Eight hex digits: public, finds the stored line and names the key in logs.</param>
/// <param name="Name">Whose it is, for people.</param>
/// <param name="Hash">SHA-256 of the whole key, lower-case hex.</param>
public sealed record ApiKey(string Id, string Name, Scope Scope, string Hash)
{
    private const string Prefix = "vdb_";
    private const int IdLength = 8;
    private const int SecretBytes = 32;

    /// <summary>Whether this is the key presented, in constant time.</summary>
    public bool Is(string presented) => CryptographicOperations.FixedTimeEquals(HashOf(presented), Convert.FromHexString(Hash));

    /// <returns>The id within a key presented, or null when it does not look like one.</returns>
    public static string? IdOf(string presented) =>
        presented.Length == Prefix.Length + IdLength + 1 + (SecretBytes * 2)
        && presented.StartsWith(Prefix, StringComparison.Ordinal)
        && presented[Prefix.Length + IdLength] == '_'
            ? presented.Substring(Prefix.Length, IdLength)
            : null;

    /// <summary>Reads <c>{id} {scope} {sha256} {name}</c>, the form it is stored in.</summary>
    /// <returns>Null when the line is not of that form: it may be a key in plain text, which nothing must repeat.</returns>
    public static ApiKey? ParseLine(string line) =>
        line.Split(' ', 4) is [{ Length: IdLength } id, var scope, { Length: 64 } hash, { Length: > 0 } name]
        && Enum.TryParse<Scope>(scope, ignoreCase: true, out var parsed) && !char.IsAsciiDigit(scope[0])
        && hash.All(char.IsAsciiHexDigit)
            ? new ApiKey(id, name, parsed, hash)
            : null;

    private static byte[] HashOf(string plain) => SHA256.HashData(Encoding.UTF8.GetBytes(plain));
}
