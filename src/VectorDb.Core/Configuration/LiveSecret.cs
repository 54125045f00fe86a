namespace VectorDb.Core.Configuration;

/// <summary>
/// A secret as it is now. One that lies in the secrets directory is read again when its file changes, so that replacing it needs no
/// restart; an environment variable wins over the file, and never changes.
/// </summary>
public sealed class LiveSecret
{
    private readonly string? _path;
    private readonly Lock _gate = new();
    private (DateTime Written, long Length) _stamp;
    private string? _value;

    public LiveSecret(ApplicationSettings settings, Setting<string?> setting)
    {
        _value = settings.Get(setting);
        if (settings.IsOfFile(setting))
        {
            // The first use reads it again: it may have been replaced since the settings were.
            _path = Path.Combine(settings.Get(Settings.SecretsDirectory)!, setting.Name);
        }
    }

    /// <summary>Whether it is the file's, and so may change.</summary>
    public bool IsFile => _path is not null;

    /// <summary>Null when it is not set.</summary>
    public string? Value
    {
        get
        {
            if (_path is null)
            {
                return _value;
            }

            lock (_gate)
            {
                try
                {
                    var stamp = StampOf(_path);
                    if (stamp != _stamp)
                    {
                        (_value, _stamp) = (Read(_path) ?? _value, stamp);
                    }
                }
                catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
                {
                    // It is just being replaced: the next use sees it.
                }

                return _value;
            }
        }
    }

    private static (DateTime Written, long Length) StampOf(string path) => new FileInfo(path) is { Exists: true } file ? (file.LastWriteTimeUtc, file.Length) : default;

    private static string? Read(string path) => File.ReadAllText(path).Trim() is { Length: > 0 } text ? text : null;
}
