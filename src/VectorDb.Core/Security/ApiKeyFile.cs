namespace VectorDb.Core.Security;

/// <summary>A file of API keys, by hash, one a line.</summary>
internal sealed class ApiKeyFile(string path)
{
    /// <returns>Its keys; none when there is no file yet.</returns>
    /// <exception cref="FormatException">A line is not one of a key. It is named by its number alone: it may be a key in plain text.</exception>
    public IReadOnlyList<ApiKey> Read() => File.Exists(path) ? Parse(File.ReadAllText(path)) : [];

    /// <summary>Changes whenever the file does.</summary>
    public (DateTime Written, long Length) Stamp() =>
        new FileInfo(path) is { Exists: true } file ? (file.LastWriteTimeUtc, file.Length) : default;

    public static IReadOnlyList<ApiKey> Parse(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.TrimEntries).Index().Where(static line => line.Item.Length > 0).Select(static line => ApiKey.ParseLine(line.Item)
            ?? throw new FormatException($"line {line.Index + 1} is not of the form '<id> <read|write|admin> <sha256> <name>'; CreateApiKey makes such lines."))];
}
