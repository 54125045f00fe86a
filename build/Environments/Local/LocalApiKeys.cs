using VectorDb.Build.ApiKeys;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Releases.Files;
using VectorDb.Build.Secrets;

namespace VectorDb.Build.Environments.Local;

/// <summary>Two files of the environment's secrets folder, which only its owner can read.</summary>
internal sealed class LocalApiKeys(string folder) : IApiKeyStore
{
    private readonly string _smokeKey = Path.Combine(folder, SecretCatalogue.SmokeApiKey.Name);

    /// <summary>Named like the setting, as all secrets of the folder are.</summary>
    public string Place { get; } = Path.Combine(folder, "VECTORDB_API_KEYS");

    public async Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            return ApiKey.ParseLines(await ReadAsync(Place, cancellationToken) ?? "");
        }
        catch (FormatException damage)
        {
            throw new FormatException($"{Place}: {damage.Message}", damage);
        }
    }

    public async Task AddAsync(ApiKey key, CancellationToken cancellationToken)
    {
        PrivateFolder.Create(folder);
        using var guard = await FileGuard.EnterAsync(Path.Combine(Path.GetDirectoryName(folder)!, "api-keys.guard"), cancellationToken);
        await PrivateFolder.WriteAsync(Place, ApiKey.ToLines([.. await ListAsync(cancellationToken), key]), cancellationToken);
    }

    /// <returns>The smoke test's key itself; null when there is none yet.</returns>
    public Task<string?> ReadSmokeKeyAsync(CancellationToken cancellationToken) => ReadAsync(_smokeKey, cancellationToken);

    public async Task WriteSmokeKeyAsync(string plain, CancellationToken cancellationToken)
    {
        PrivateFolder.Create(folder);
        await PrivateFolder.WriteAsync(_smokeKey, plain + "\n", cancellationToken);
    }

    private static async Task<string?> ReadAsync(string path, CancellationToken cancellationToken) =>
        File.Exists(path) ? (await File.ReadAllTextAsync(path, cancellationToken)).Trim() : null;
}
