using Cake.Core;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments.Aws;

namespace VectorDb.Build.Secrets;

/// <summary>Values of an environment's secrets. The containers are the foundation's: without one there is nothing to put a value into.</summary>
internal static class SecretValue
{
    /// <returns>Null for a secret without a value.</returns>
    /// <exception cref="CakeException">There is no such container; names Bootstrap.</exception>
    public static async Task<string?> FindAsync(AwsAccount account, ManagedSecret secret, CancellationToken cancellation) =>
        await VersionAsync(account, secret, cancellation) is null
            ? null
            : await account.Services.SecretsManager.ReadAsync(account.SecretName(secret.Name), cancellation);

    /// <returns>Id of the version in force; null for a secret without a value.</returns>
    /// <exception cref="CakeException">There is no such container; names Bootstrap.</exception>
    public static async Task<string?> VersionAsync(AwsAccount account, ManagedSecret secret, CancellationToken cancellation) =>
        await account.Services.SecretsManager.FindAsync(account.SecretName(secret.Name), cancellation) is { } found
            ? found.CurrentVersion
            : throw new CakeException($"There is no secret {account.SecretName(secret.Name)}. Next: {BuildCommand.Line("Bootstrap", account.Environment)}");

    /// <returns>Id of the version.</returns>
    public static Task<string> PutAsync(AwsAccount account, ManagedSecret secret, string value, CancellationToken cancellation) =>
        account.Services.SecretsManager.PutAsync(account.SecretName(secret.Name), value, cancellation);
}
