using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorDb.Build.Releases;

/// <summary>A SHA-256, written <c>sha256:</c> and 64 hexadecimal digits.</summary>
[JsonConverter(typeof(ContentHashConverter))]
internal readonly record struct ContentHash
{
    private const string Prefix = "sha256:";

    private readonly string? _hex;

    private ContentHash(string hex) => _hex = hex;

    public string Hex => _hex ?? new string('0', SHA256.HashSizeInBytes * 2);

    /// <summary>The first 12 digits, for names of folders.</summary>
    public string Short => Hex[..ReleaseId.Length];

    public static ContentHash OfText(string text) => OfBytes(Encoding.UTF8.GetBytes(text));

    public static ContentHash OfBytes(ReadOnlySpan<byte> bytes) => new(Convert.ToHexStringLower(SHA256.HashData(bytes)));

    /// <summary>Combines named hashes; their order does not matter, their names do.</summary>
    public static ContentHash Of(IEnumerable<KeyValuePair<string, ContentHash>> parts) =>
        OfText(string.Concat(parts.OrderBy(part => part.Key, StringComparer.Ordinal).Select(part => $"{part.Key}\0{part.Value.Hex}\n")));

    /// <summary>Relative paths and bytes of every file below a folder; times, owners and the folder's own name do not count.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static ContentHash OfFolder(string folder)
    {
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        var hashes = new KeyValuePair<string, ContentHash>[files.Length];
        Parallel.For(0, files.Length, i =>
        {
            var name = Path.GetRelativePath(folder, files[i]).Replace(Path.DirectorySeparatorChar, '/');
            hashes[i] = new(name, OfFile(files[i]));
        });
        return Of(hashes);
    }

    public static ContentHash OfFile(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1 << 17, FileOptions.SequentialScan);
        return new ContentHash(Convert.ToHexStringLower(SHA256.HashData(stream)));
    }

    /// <exception cref="FormatException">The text is not a prefix and 64 hexadecimal digits.</exception>
    public static ContentHash Parse(string? text)
    {
        var hex = text is not null && text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..] : "";
        return hex.Length == SHA256.HashSizeInBytes * 2 && hex.All(char.IsAsciiHexDigitLower)
            ? new ContentHash(hex)
            : throw new FormatException($"'{text}' is not a content hash ({Prefix} and 64 hexadecimal digits).");
    }

    public override string ToString() => Prefix + Hex;
}

internal sealed class ContentHashConverter : JsonConverter<ContentHash>
{
    public override ContentHash Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ContentHash.Parse(reader.GetString());

    public override void Write(Utf8JsonWriter writer, ContentHash value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
