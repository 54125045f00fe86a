using VectorDb.Build.Aws;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Secrets;

namespace VectorDb.Build.ApiKeys;

/// <summary>Keys of an AWS environment: the secret <c>api-keys</c>, one hashed key a line.</summary>
internal sealed class SecretApiKeys(SecretsManagerClient secrets, string environment) : IApiKeyStore
{
    public string Place { get; } = AwsNames.Secret(environment, SecretCatalogue.ApiKeys.Name);

    public async Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            return ApiKey.ParseLines(await secrets.FindAsync(Place, cancellationToken) is { CurrentVersion: not null } ? await secrets.ReadAsync(Place, cancellationToken) : "");
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
}
