namespace VectorDb.Core.Security;

/// <summary>A file of API keys, by hash, one a line.</summary>
internal sealed class ApiKeyFile(string path)
{
    /// <returns>Its keys; none when there is no file yet.</returns>
    /// <exception cref="FormatException">A line is not one of a key.</exception>
    public IReadOnlyList<ApiKey> Read() => File.Exists(path) ? Parse(File.ReadAllText(path)) : [];

    /// <summary>Changes whenever the file does.</summary>
    public (DateTime Written, long Length) Stamp() =>
        new FileInfo(path) is { Exists: true } file ? (file.LastWriteTimeUtc, file.Length) : default;

    public static IReadOnlyList<ApiKey> Parse(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ApiKey.ParseLine)];
}
