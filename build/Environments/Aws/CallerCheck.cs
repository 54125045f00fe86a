using Cake.Core;
using VectorDb.Build.Aws;
using VectorDb.Build.Environments.Settings;

namespace VectorDb.Build.Environments.Aws;

/// <summary>Whether the credentials at hand are those of the account that the environment's settings name.</summary>
internal static class CallerCheck
{
    /// <exception cref="CakeException">They are of another account: nothing may be touched.</exception>
    public static async Task<CallerIdentity> EnsureAsync(AwsAccount account, CancellationToken cancellation)
    {
        var caller = await account.Services.Sts.CallerAsync(cancellation);
        return caller.Account == account.Account
            ? caller
            : throw new CakeException(
                $"{SettingsCatalogue.Account.Name} is {account.Account}, but these credentials are of account {caller.Account} ({caller.Arn}). "
                + "Take the credentials of the other account, or correct the setting.");
    }
}
