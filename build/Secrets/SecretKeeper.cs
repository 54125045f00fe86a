using Cake.Core;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Secrets;

/// <summary>Puts values of secrets in force, and replaces them. A value comes on the standard input or is generated; none is ever shown.</summary>
public sealed class SecretKeeper
{
    // An instance of long ago need not have its log any more; nobody goes on with a rotation of long ago either.
    private static readonly TimeSpan Unfinished = TimeSpan.FromDays(1);

    private readonly Lazy<AwsAccount> _account;
    private readonly Terminal _terminal;
    private readonly SecretReaders _readers;
    private readonly CacheRotation _cache;
    private readonly StepJournal _journal;
    private readonly TimeProvider _time;

    internal SecretKeeper(Lazy<AwsAccount> account, Terminal terminal, SecretReaders readers, CacheRotation cache, StepJournal journal, TimeProvider time) =>
        (_account, _terminal, _readers, _cache, _journal, _time) = (account, terminal, readers, cache, journal, time);

    /// <summary>Puts a value that somebody was given into its secret. Instances take it over by themselves.</summary>
    /// <exception cref="CakeException">There is no such secret, or the value cannot be one.</exception>
    public async Task PutAsync(string? name, CancellationToken cancellation)
    {
        var secret = SecretCatalogue.Named(name, "PutSecret");
        var account = _account.Value;
        if (secret.IsGenerated)
        {
            throw new CakeException(
                ExitCodes.UsageError, $"Nobody gives {secret.Name} a value: it is generated. A new one: ./build.sh --target=RotateSecret --environment={account.Environment} --name={secret.Name}");
        }

        await _journal.RunAsync("PutSecret", async () =>
        {
            await CallerCheck.EnsureAsync(account, cancellation);
            return await ReplaceAsync(account, secret, cancellation) is { } version
                ? $"{account.SecretName(secret.Name)} version {version}; instances that run take it over within two minutes"
                : $"nothing to do: {account.SecretName(secret.Name)} has this value already";
        });
    }

    /// <summary>Replaces a value, and returns when no instance uses the one before.</summary>
    /// <exception cref="CakeException">Some instance does not take the new value over; says which.</exception>
    public async Task RotateAsync(string? name, CancellationToken cancellation)
    {
        var secret = SecretCatalogue.Named(name, "RotateSecret");
        var account = _account.Value;
        await _journal.RunAsync("RotateSecret", async () =>
        {
            await CallerCheck.EnsureAsync(account, cancellation);
            if (secret == SecretCatalogue.RedisPassword)
            {
                return await _cache.RunAsync(account, cancellation);
            }

            return secret == SecretCatalogue.SmokeApiKey ? await RotateSmokeKeyAsync(account, cancellation) : await RotateGivenAsync(account, secret, cancellation);
        });
    }

    private async Task<string> RotateGivenAsync(AwsAccount account, ManagedSecret secret, CancellationToken cancellation)
    {
        var before = _time.GetUtcNow();
        if (await ReplaceAsync(account, secret, cancellation) is not { } version)
        {
            (version, before) = await BegunAsync(account, secret, cancellation);
        }

        await AllHaveItAsync(account, secret, before, cancellation);
        _journal.Close($"The value before is still valid where it comes from: revoke it there now. It stays readable as AWSPREVIOUS of {account.SecretName(secret.Name)}.");
        return $"version {version} is in use everywhere";
    }

    /// <returns>What a run put in force that did not see the end: the version, and when.</returns>
    /// <exception cref="CakeException">The value is in force for long: nobody has begun anything.</exception>
    private async Task<(string Version, DateTimeOffset Since)> BegunAsync(AwsAccount account, ManagedSecret secret, CancellationToken cancellation)
    {
        var found = (await account.Services.SecretsManager.FindAsync(account.SecretName(secret.Name), cancellation))!;
        var since = found.LastChangedDate ?? _time.GetUtcNow();
        if (_time.GetUtcNow() - since > Unfinished)
        {
            throw new CakeException($"The value given is the one in force: make a new one where {secret.Name} comes from.");
        }

        _journal.Say(FormattableString.Invariant($"the value given is in force since {since:yyyy-MM-dd HH:mm:ss} UTC; finishing the rotation that an earlier run began"));
        return (found.CurrentVersion!, since);
    }

    // The service accepts both keys until every instance knows the new one.
    private async Task<string> RotateSmokeKeyAsync(AwsAccount account, CancellationToken cancellation)
    {
        var before = _time.GetUtcNow();
        await AwsSmokeKey.ReplaceAsync(account, keepOld: true, cancellation);
        await AllHaveItAsync(account, SecretCatalogue.ApiKeys, before, cancellation);
        await AwsSmokeKey.ForgetOldAsync(account, cancellation);
        return "a new key; the one before ends within two minutes";
    }

    private async Task AllHaveItAsync(AwsAccount account, ManagedSecret secret, DateTimeOffset since, CancellationToken cancellation)
    {
        if (await _readers.WaitAsync(account, secret, since, cancellation) is { Count: > 0 } behind)
        {
            throw new CakeException(
                $"The new value of {secret.Name} is in force, but {string.Join(", ", behind)} did not take it over. Look there (Session Manager): sudo journalctl -u vectordb-settings. "
                + $"Then again: ./build.sh --target=RotateSecret --environment={account.Environment} --name={secret.Name}");
        }
    }

    /// <returns>Id of the version; null when the value is in force already.</returns>
    private async Task<string?> ReplaceAsync(AwsAccount account, ManagedSecret secret, CancellationToken cancellation)
    {
        var before = await SecretValue.FindAsync(account, secret, cancellation);
        var value = await _terminal.TakeSecretAsync($"Value of {account.SecretName(secret.Name)} (not shown):", cancellation);
        if (secret.Refuse(value) is { } reason)
        {
            throw new CakeException(
                ExitCodes.UsageError,
                $"The value of {secret.Name} {reason}; nothing was changed. It comes on the standard input: "
                + $"./build.sh --target=PutSecret --environment={account.Environment} --name={secret.Name} < file");
        }

        if (secret == SecretCatalogue.ApiKeys)
        {
            value = AwsSmokeKey.KeptIn(value, before);
        }

        return value == before ? null : await SecretValue.PutAsync(account, secret, value, cancellation);
    }
}
