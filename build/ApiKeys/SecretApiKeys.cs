using VectorDb.Build.Aws;
using VectorDb.Build.Environments.Aws;

namespace VectorDb.Build.ApiKeys;

/// <summary>Keys of an AWS environment: the secrets <c>api-keys</c> (one hashed key a line) and <c>smoke-api-key</c>, each made when it is first needed.</summary>
internal sealed class SecretApiKeys(SecretsManagerClient secrets, string environment) : IApiKeyStore
{
    public string Place => NameOf("api-keys");

    private string SmokeTestKey => NameOf("smoke-api-key");

    public async Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            return ApiKey.ParseLines(await ReadAsync(Place, cancellationToken) ?? "");
        }
        catch (FormatException damage)
        {
            throw new FormatException($"Secret {Place}: {damage.Message}", damage);
        }
    }

    /// <exception cref="NotBootstrappedException">There is no such secret: it is Bootstrap's to make, with the environment's key and tags.</exception>
    public async Task AddAsync(ApiKey key, CancellationToken cancellationToken)
    {
        if (await secrets.FindAsync(Place, cancellationToken) is null)
        {
            throw new NotBootstrappedException($"secret {Place}", environment);
        }

        await secrets.PutAsync(Place, ApiKey.ToLines([.. await ListAsync(cancellationToken), key]), cancellationToken);
    }

    public Task<string?> ReadSmokeTestKeyAsync(CancellationToken cancellationToken) => ReadAsync(SmokeTestKey, cancellationToken);

    public Task WriteSmokeTestKeyAsync(string plain, CancellationToken cancellationToken) =>
        WriteAsync(SmokeTestKey, "API key of the smoke test.", plain, cancellationToken);

    private async Task<string?> ReadAsync(string name, CancellationToken cancellationToken) =>
        await secrets.FindAsync(name, cancellationToken) is { CurrentVersion: not null } ? await secrets.ReadAsync(name, cancellationToken) : null;

    private async Task WriteAsync(string name, string description, string value, CancellationToken cancellationToken)
    {
        if (await secrets.FindAsync(name, cancellationToken) is null)
        {
            await secrets.CreateAsync(name, description, value, kmsKeyId: null, cancellationToken);
        }
        else
        {
            await secrets.PutAsync(name, value, cancellationToken);
        }
    }

    private string NameOf(string secret) => $"vectordb/{environment}/{secret}";
}
