namespace VectorDb.Core.Security;

/// <summary>The file of API keys, by hash, one a line: <c>api-keys</c> in the data folder.</summary>
public sealed class ApiKeyFile(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static ApiKeyFile InDataFolder(string folder) => new(Path.Combine(folder, "api-keys"));

    /// <summary>Makes a key and stores its hash; running services accept it within a second or two.</summary>
    /// <returns>The key itself, to be shown once.</returns>
    public string Create(string name, Scope scope)
    {
        var (key, plain) = ApiKey.Create(name, scope);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var gate = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            var next = path + ".new";
            File.WriteAllLines(next, [.. Read().Select(static known => known.ToLine()), key.ToLine()]);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(next, OwnerOnly);
            }

            File.Move(next, path, overwrite: true);
        }

        return plain;
    }

    /// <returns>Its keys; none when there is no file yet.</returns>
    /// <exception cref="FormatException">A line is not one of a key.</exception>
    public IReadOnlyList<ApiKey> Read() => File.Exists(path) ? Parse(File.ReadAllText(path)) : [];

    /// <summary>Whether these very lines are its content.</summary>
    internal bool Holds(string lines) => File.Exists(path) && File.ReadAllText(path).Trim() == lines.Trim();

    /// <summary>Changes whenever the file does.</summary>
    internal (DateTime Written, long Length) Stamp() =>
        new FileInfo(path) is { Exists: true } file ? (file.LastWriteTimeUtc, file.Length) : default;

    internal static IReadOnlyList<ApiKey> Parse(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ApiKey.ParseLine)];
}
