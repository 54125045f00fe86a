using VectorDb.Build.ApiKeys;

namespace VectorDb.Build.Environments.Local;

/// <summary>The key that the smoke test shows where an environment asks for one; made when it is first needed.</summary>
internal sealed class LocalSmokeKey(LocalApiKeys store)
{
    private const string Name = "smoke-test";
    private const string Setting = "VECTORDB_AUTH";
    private const string Required = "apikey";

    /// <param name="configuration">Settings that the services run with.</param>
    /// <returns>Null where no key is asked for.</returns>
    public async Task<string?> OfAsync(IReadOnlyDictionary<string, string> configuration, CancellationToken cancellationToken) =>
        Required.Equals(configuration.GetValueOrDefault(Setting), StringComparison.OrdinalIgnoreCase) ? await EnsureAsync(cancellationToken) : null;

    private async Task<string> EnsureAsync(CancellationToken cancellationToken)
    {
        var known = await store.ListAsync(cancellationToken);
        if (await store.ReadSmokeKeyAsync(cancellationToken) is { } kept && known.Any(key => key.Scope >= KeyScope.Write && key.Is(kept)))
        {
            return kept;
        }

        var (made, plain) = ApiKey.Create(Name, KeyScope.Write);
        await store.WriteSmokeKeyAsync(plain, cancellationToken);
        await store.AddAsync(made, cancellationToken);
        return plain;
    }
}
