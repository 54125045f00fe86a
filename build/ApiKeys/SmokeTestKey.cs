namespace VectorDb.Build.ApiKeys;

/// <summary>The key that the smoke test shows where an environment asks for one; made when it is first needed.</summary>
internal sealed class SmokeTestKey(ISmokeKeyStore store)
{
    private const string Name = "smoke-test";
    private const string Setting = "VECTORDB_AUTH";
    private const string Required = "apikey";

    /// <summary>Shown to an address of the caller's own choice, which the environment's key is never sent to.</summary>
    public const string Variable = "VECTORDB_API_KEY";

    /// <param name="configuration">Settings that the services run with.</param>
    /// <returns>Null where no key is asked for.</returns>
    public async Task<string?> OfAsync(IReadOnlyDictionary<string, string> configuration, CancellationToken cancellationToken) =>
        Required.Equals(configuration.GetValueOrDefault(Setting), StringComparison.OrdinalIgnoreCase) ? await EnsureAsync(cancellationToken) : null;

    private async Task<string> EnsureAsync(CancellationToken cancellationToken)
    {
        var known = await store.ListAsync(cancellationToken);
        if (await store.ReadSmokeTestKeyAsync(cancellationToken) is { } kept && known.Any(key => key.Scope >= KeyScope.Write && key.Is(kept)))
        {
            return kept;
        }

        var (made, plain) = ApiKey.Create(Name, KeyScope.Write);
        await store.WriteSmokeTestKeyAsync(plain, cancellationToken);
        await store.AddAsync(made, cancellationToken);
        return plain;
    }
}
