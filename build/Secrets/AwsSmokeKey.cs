using VectorDb.Build.ApiKeys;
using VectorDb.Build.Environments.Aws;

namespace VectorDb.Build.Secrets;

/// <summary>The API key that the smoke test shows: the key in its own secret, its hash among the keys that the service accepts.</summary>
internal static class AwsSmokeKey
{
    private const string Owner = "smoke test of the release";

    /// <summary>Makes one where there is none.</summary>
    /// <returns>Whether it was made.</returns>
    public static async Task<bool> EnsureAsync(AwsAccount account, CancellationToken cancellation)
    {
        if (await SecretValue.FindAsync(account, SecretCatalogue.SmokeApiKey, cancellation) is { } plain
            && (await KeysAsync(account, cancellation)).Any(key => key.Is(plain)))
        {
            return false;
        }

        // A run that was killed in between left a hash whose key nobody has.
        await ReplaceAsync(account, keepOld: false, cancellation);
        return true;
    }

    /// <summary>Puts a new key in force. The hash comes first: a key that the service does not know yet is of no use.</summary>
    /// <param name="keepOld">Whether the keys before stay valid, until <see cref="ForgetOldAsync"/>.</param>
    public static async Task ReplaceAsync(AwsAccount account, bool keepOld, CancellationToken cancellation)
    {
        var (key, plain) = ApiKey.Create(Owner, KeyScope.Write);
        await WriteAsync(account, keys => [.. keepOld ? keys : keys.Where(static each => !IsOwn(each)), key], cancellation);
        await SecretValue.PutAsync(account, SecretCatalogue.SmokeApiKey, plain, cancellation);
    }

    /// <summary>Removes the hash of every key of the smoke test but the one in force.</summary>
    public static async Task ForgetOldAsync(AwsAccount account, CancellationToken cancellation)
    {
        var plain = await SecretValue.FindAsync(account, SecretCatalogue.SmokeApiKey, cancellation);
        await WriteAsync(account, keys => [.. keys.Where(each => !IsOwn(each) || (plain is not null && each.Is(plain)))], cancellation);
    }

    /// <summary>The lines that somebody gives know nothing of the smoke test's key; it stays beside them.</summary>
    public static string KeptIn(string lines, string? before)
    {
        var given = ApiKey.ParseLines(lines);
        var own = ApiKey.ParseLines(before ?? "").Where(IsOwn).Except(given).ToList();
        return own.Count == 0 ? lines : ApiKey.ToLines([.. given, .. own]);
    }

    private static bool IsOwn(ApiKey key) => key.Name == Owner;

    private static async Task WriteAsync(AwsAccount account, Func<IReadOnlyList<ApiKey>, IReadOnlyList<ApiKey>> change, CancellationToken cancellation)
    {
        var before = await KeysAsync(account, cancellation);
        await SecretValue.PutAsync(account, SecretCatalogue.ApiKeys, ApiKey.ToLines(change(before)), cancellation);
    }

    private static async Task<IReadOnlyList<ApiKey>> KeysAsync(AwsAccount account, CancellationToken cancellation) =>
        ApiKey.ParseLines(await SecretValue.FindAsync(account, SecretCatalogue.ApiKeys, cancellation) ?? "");
}
