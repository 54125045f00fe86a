using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace VectorDb.Build.Secrets;

/// <summary>
/// An API key as the application stores it, <c>{id} {scope} {sha256} {name}</c>. The build makes keys too, without the application's code:
/// a test holds the two formats equal.
/// </summary>
internal sealed partial record ApiKeyLine(string Id, string Scope, string Hash, string Name)
{
    private const int SecretBytes = 32;
    private const int IdBytes = 4;

    /// <returns>What is stored, and the key itself: to be put into a secret at once, and nowhere else.</returns>
    public static (ApiKeyLine Line, string Plain) Create(string name, string scope)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        var plain = $"vdb_{id}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes))}";
        return (new ApiKeyLine(id, scope, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(plain))), name), plain);
    }

    /// <returns>Null when the line is not of that form.</returns>
    public static ApiKeyLine? Parse(string line) => Form().Match(line) is { Success: true } match
        ? new ApiKeyLine(match.Groups["id"].Value, match.Groups["scope"].Value, match.Groups["hash"].Value, match.Groups["name"].Value)
        : null;

    /// <summary>The lines of a secret, in order, without empty ones.</summary>
    public static IReadOnlyList<string> Lines(string text) => text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public override string ToString() => $"{Id} {Scope} {Hash} {Name}";

    [GeneratedRegex("^(?<id>[0-9a-f]{8}) (?<scope>read|write|admin) (?<hash>[0-9a-f]{64}) (?<name>.+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Form();
}
