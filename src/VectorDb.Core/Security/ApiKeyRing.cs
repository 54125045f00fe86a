using VectorDb.Core.Configuration;

namespace VectorDb.Core.Security;

/// <summary>
/// Every key this process accepts: those of the secrets directory and of the environment. The file is read again when it
/// changes, so that a key made or revoked needs no restart; a key that is not known yet makes it look at once.
/// </summary>
public sealed class ApiKeyRing
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly ApiKeyFile? _file;
    private readonly IReadOnlyList<ApiKey> _fixed;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private volatile Known _known;

    /// <exception cref="SettingsException">The keys given by configuration cannot be read.</exception>
    public ApiKeyRing(ApplicationSettings settings, TimeProvider time)
    {
        _time = time;
        _file = settings.Get(Settings.SecretsDirectory) is { } secrets ? new ApiKeyFile(Path.Combine(secrets, Settings.ApiKeys.Name)) : null;
        try
        {
            // Keys of the secrets directory are not fixed: their file is read again.
            _fixed = new LiveSecret(settings, Settings.ApiKeys) is { IsFile: false, Value: { } lines } ? ApiKeyFile.Parse(lines) : [];
            _known = Load();
        }
        catch (FormatException exception)
        {
            throw new SettingsException([$"{Settings.ApiKeys.Name}: {exception.Message}"]);
        }
    }

    public int Count => Current().ById.Count;

    /// <returns>The key presented, or null when it is not one of ours.</returns>
    public ApiKey? Find(string presented) =>
        ApiKey.IdOf(presented) is { } id && (FindById(id) ?? Checked(_known).ById.GetValueOrDefault(id)) is { } key && key.Is(presented) ? key : null;

    /// <returns>The key with that id, or null when there is none any more: for a session that a key began.</returns>
    public ApiKey? FindById(string id) => Current().ById.GetValueOrDefault(id);

    private Known Current()
    {
        var known = _known;
        return _time.GetElapsedTime(known.CheckedAt) < Freshness ? known : Checked(known);
    }

    private Known Checked(Known known)
    {
        lock (_gate)
        {
            if (ReferenceEquals(known, _known))
            {
                _known = Stamp() == known.Stamp ? known with { CheckedAt = _time.GetTimestamp() } : Reload(known);
            }

            return _known;
        }
    }

    /// <summary>A file that someone spoiled must not lock everyone out: the keys known so far stay.</summary>
    private Known Reload(Known last)
    {
        try
        {
            return Load();
        }
        catch (Exception exception) when (exception is FormatException or IOException or UnauthorizedAccessException)
        {
            return last with { CheckedAt = _time.GetTimestamp() };
        }
    }

    private Known Load()
    {
        var stamp = Stamp();
        var keys = (_file?.Read() ?? []).Concat(_fixed);
        return new Known(keys.DistinctBy(static key => key.Id).ToDictionary(static key => key.Id), stamp, _time.GetTimestamp());
    }

    private (DateTime Written, long Length)? Stamp() => _file?.Stamp();

    private sealed record Known(IReadOnlyDictionary<string, ApiKey> ById, (DateTime Written, long Length)? Stamp, long CheckedAt);
}
