namespace VectorDb.Build.ApiKeys;

/// <summary>Where the services of one environment read the keys they accept.</summary>
internal interface IApiKeyStore
{
    /// <summary>For messages.</summary>
    string Place { get; }

    /// <exception cref="FormatException">What is there is no list of keys.</exception>
    Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Adds a hash; services that run accept the key within seconds.</summary>
    /// <exception cref="FormatException">What is there is no list of keys.</exception>
    Task AddAsync(ApiKey key, CancellationToken cancellationToken);
}
