using System.Security.Cryptography;
using System.Text;

namespace VectorDb.Testing;

/// <summary>An API key of the form that the build gives out, which the services only check.</summary>
/// <param name="Plain">What a caller shows.</param>
/// <param name="Line">What the services know it by.</param>
public sealed record TestApiKey(string Plain, string Line)
{
    private const string Setting = "VECTORDB_API_KEYS";

    /// <param name="scope"><c>read</c>, <c>write</c> or <c>admin</c>.</param>
    public static TestApiKey Create(string scope, string name = "test")
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        var plain = $"vdb_{id}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))}";
        return new TestApiKey(plain, $"{id} {scope} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(plain)))} {name}");
    }

    public static string FileIn(string secretsFolder) => Path.Combine(secretsFolder, Setting);

    /// <summary>Makes a key and adds it to those of a secrets folder.</summary>
    public static string CreateIn(string secretsFolder, string scope, string name = "test")
    {
        var key = Create(scope, name);
        File.AppendAllText(FileIn(secretsFolder), key.Line + "\n");
        return key.Plain;
    }
}
