using System.Security.Cryptography;
using Amazon.DynamoDBv2.Model;
using VectorDb.Build.Aws;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Releases.Aws;

namespace VectorDb.Build.Secrets;

/// <summary>
/// The queue's user in ElastiCache: made locked by Terraform, which must not know a password, and opened here with the one in Secrets
/// Manager. Which version of the secret is in force is remembered beside the lock, so that an unchanged deploy changes nothing.
/// </summary>
internal static class CachePassword
{
    /// <summary>
    /// All that Hangfire and its client need: every key and channel, no command that reads or rewrites the server itself, but INFO
    /// (the client asks it for the server's version and role).
    /// </summary>
    public const string Rights = "on ~* &* +@all -@dangerous +info";

    // ElastiCache takes 16 to 128 characters.
    private const int Length = 64;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const string Partition = "cache-user";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static string Generate() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>
    /// Gives the secret its first value. Not Terraform: it would follow the version that it made, which Secrets Manager may delete after
    /// two rotations, and then put another password in force under running instances.
    /// </summary>
    /// <returns>Whether there was none.</returns>
    public static async Task<bool> EnsureValueAsync(AwsAccount account, CancellationToken cancellation)
    {
        if (await SecretValue.VersionAsync(account, SecretCatalogue.RedisPassword, cancellation) is not null)
        {
            return false;
        }

        await SecretValue.PutAsync(account, SecretCatalogue.RedisPassword, Generate(), cancellation);
        return true;
    }

    /// <param name="userId">The output <c>user_id</c> of the cache, or the parameter <c>service/cache-user-id</c>.</param>
    /// <returns>Whether anything was changed.</returns>
    /// <exception cref="InvalidOperationException">There is no such user, or AWS does not finish with it.</exception>
    public static async Task<bool> EnsureAsync(AwsAccount account, string userId, TimeProvider time, CancellationToken cancellation)
    {
        var version = await SecretValue.VersionAsync(account, SecretCatalogue.RedisPassword, cancellation)
            ?? throw new InvalidOperationException(
                $"{account.SecretName(SecretCatalogue.RedisPassword.Name)} has no value. Next: {BuildCommand.Line("Bootstrap", account.Environment)}");
        var user = await FindAsync(account, userId, cancellation);
        if (IsOpen(user) && await IsRememberedAsync(account, version, cancellation))
        {
            return false;
        }

        var password = await account.Services.SecretsManager.ReadAsync(account.SecretName(SecretCatalogue.RedisPassword.Name), cancellation);
        await SetAsync(account, userId, [password], time, cancellation);
        await RememberAsync(account, version, cancellation);
        return true;
    }

    /// <returns>The user of the environment's cache; null before the service was applied.</returns>
    public static async Task<string?> FindUserIdAsync(AwsAccount account, CancellationToken cancellation)
    {
        try
        {
            var answer = await account.Systems.GetParameterAsync(new() { Name = account.ParameterName("service/cache-user-id") }, cancellation);
            return answer.Parameter.Value;
        }
        catch (Amazon.SimpleSystemsManagement.Model.ParameterNotFoundException)
        {
            return null;
        }
    }

    public static async Task<bool> IsOpenAsync(AwsAccount account, string userId, CancellationToken cancellation) => IsOpen(await FindAsync(account, userId, cancellation));

    /// <summary>Puts one or two passwords in force, and returns when the cache takes them.</summary>
    public static async Task SetAsync(AwsAccount account, string userId, IReadOnlyList<string> passwords, TimeProvider time, CancellationToken cancellation)
    {
        await SettledAsync(account, userId, time, cancellation);
        await account.Services.ElastiCache.ModifyUserAsync(userId, Rights, passwords, cancellation);
        await SettledAsync(account, userId, time, cancellation);
    }

    public static Task RememberAsync(AwsAccount account, string version, CancellationToken cancellation)
    {
        var item = ReleaseTable.Key(Partition, 0);
        item[ReleaseTable.Document] = new AttributeValue(InForce(version));
        return account.Dynamo.PutItemAsync(new PutItemRequest(account.ReleaseTable, item), cancellation);
    }

    /// <summary>Whether the last that was put in force is this version of the secret, with these rights.</summary>
    public static async Task<bool> IsRememberedAsync(AwsAccount account, string version, CancellationToken cancellation)
    {
        var answer = await account.Dynamo.GetItemAsync(new GetItemRequest(account.ReleaseTable, ReleaseTable.Key(Partition, 0), consistentRead: true), cancellation);
        return answer.Item is { Count: > 0 } item && item[ReleaseTable.Document].S == InForce(version);
    }

    // Other rights are another state, too.
    private static string InForce(string version) => $"{version} {Rights}";

    private static bool IsOpen(CacheUser user) => user.AccessString.StartsWith("on ", StringComparison.Ordinal);

    private static async Task<CacheUser> FindAsync(AwsAccount account, string userId, CancellationToken cancellation) =>
        await account.Services.ElastiCache.FindUserAsync(userId, cancellation)
        ?? throw new InvalidOperationException($"There is no ElastiCache user {userId}. Next: {BuildCommand.Line("TerraformApply", account.Environment)}");

    // A user that is being changed takes no other change.
    private static async Task SettledAsync(AwsAccount account, string userId, TimeProvider time, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        while (await FindAsync(account, userId, cancellation) is { Status: not "active" } user)
        {
            if (time.GetElapsedTime(start) > Limit)
            {
                throw new InvalidOperationException($"ElastiCache user {userId} is still '{user.Status}' after {Limit.TotalMinutes:0} minutes. Run the command again later.");
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }
}
