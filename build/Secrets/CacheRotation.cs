using Cake.Core;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Secrets;

/// <summary>
/// A new password for the queue without a moment in which some instance has none that works: the cache takes the old one and the new,
/// until every instance uses the new. Stopped at any step and run again, it ends with one password.
/// </summary>
internal sealed class CacheRotation(SecretReaders readers, StepJournal journal, TimeProvider time)
{
    /// <returns>What was done, in words.</returns>
    /// <exception cref="CakeException">Some instance does not take the new password over; both stay valid.</exception>
    public async Task<string> RunAsync(AwsAccount account, CancellationToken cancellation)
    {
        var secret = SecretCatalogue.RedisPassword;
        var next = CachePassword.Generate();
        if (await CachePassword.FindUserIdAsync(account, cancellation) is not { } user || !await CachePassword.IsOpenAsync(account, user, cancellation))
        {
            return $"version {await SecretValue.PutAsync(account, secret, next, cancellation)}; no cache uses it yet, the next deploy sets it";
        }

        var current = await SecretValue.FindAsync(account, secret, cancellation) ?? next;
        var version = await SecretValue.VersionAsync(account, secret, cancellation);
        if (version is not null && !await CachePassword.IsRememberedAsync(account, version, cancellation))
        {
            journal.Say("finishing the rotation that an earlier run began");
            var begun = (await account.Services.SecretsManager.FindAsync(account.SecretName(secret.Name), cancellation))!.LastChangedDate;
            return $"{await FinishAsync(account, user, (current, version), begun ?? time.GetUtcNow(), cancellation)}. That was the password of the run before: for another one, run this again";
        }

        await CachePassword.SetAsync(account, user, current == next ? [next] : [current, next], time, cancellation);
        journal.Say("the cache takes the old password and the new one");
        var before = time.GetUtcNow();
        return await FinishAsync(account, user, (next, await SecretValue.PutAsync(account, secret, next, cancellation)), before, cancellation);
    }

    private async Task<string> FinishAsync(
        AwsAccount account, string user, (string Value, string Version) password, DateTimeOffset since, CancellationToken cancellation)
    {
        if (await readers.WaitAsync(account, SecretCatalogue.RedisPassword, since, cancellation) is { Count: > 0 } behind)
        {
            throw new CakeException(
                $"{string.Join(", ", behind)} did not take the new password over; the old one stays valid beside it. Look there (Session Manager): sudo journalctl -u vectordb-settings. "
                + $"Then again: {BuildCommand.Line("RotateSecret", account.Environment)} --name={SecretCatalogue.RedisPassword.Name}");
        }

        await CachePassword.SetAsync(account, user, [password.Value], time, cancellation);
        await CachePassword.RememberAsync(account, password.Version, cancellation);
        return $"version {password.Version} is in use everywhere; the old password is refused";
    }
}
