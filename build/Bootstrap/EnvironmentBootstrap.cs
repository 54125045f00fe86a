using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Reporting;
using VectorDb.Build.Secrets;

namespace VectorDb.Build.Bootstrap;

/// <summary>Makes all that the first deploy to an account needs. Doing it again changes what has changed, or nothing.</summary>
public sealed class EnvironmentBootstrap
{
    private readonly Lazy<AwsAccount> _account;
    private readonly Foundation _foundation;
    private readonly PinnedFileStore _files;
    private readonly StepJournal _journal;

    internal EnvironmentBootstrap(Lazy<AwsAccount> account, Foundation foundation, PinnedFileStore files, StepJournal journal) =>
        (_account, _foundation, _files, _journal) = (account, foundation, files, journal);

    /// <param name="approve">Hash of the plan that may be applied; null to ask.</param>
    /// <param name="folder">Where pinned files are looked for before they are downloaded; null for nowhere.</param>
    public async Task RunAsync(string? approve, string? folder, CancellationToken cancellation)
    {
        var account = _account.Value;
        var changed = false;
        await _journal.RunAsync("Identity", async () => (await CallerCheck.EnsureAsync(account, cancellation)).Arn);
        await _journal.RunAsync("State bucket", async () =>
        {
            var made = await StateBucket.EnsureAsync(account.S3, account.StateBucket, cancellation);
            changed |= made;
            return $"{account.StateBucket} {(made ? "made" : "is there")}";
        });
        await _journal.RunAsync("Services' own roles", async () =>
        {
            var made = await ServiceRoles.EnsureAsync(account, cancellation);
            changed |= made.Count > 0;
            return made.Count == 0 ? "all there" : $"made for {string.Join(", ", made)}";
        });
        changed |= await _foundation.EnsureAsync(account, approve, cancellation);
        await _journal.RunAsync("Pinned files", async () =>
        {
            var uploaded = await _files.EnsureAsync(account, folder, cancellation);
            changed |= uploaded > 0;
            return uploaded == 0 ? "all there" : $"{uploaded} uploaded to {account.ReleaseBucket}";
        });
        await _journal.RunAsync("Smoke test's API key", async () =>
        {
            var made = await AwsSmokeKey.EnsureAsync(account, cancellation);
            changed |= made;
            return made ? $"made: {account.SecretName(SecretCatalogue.SmokeApiKey.Name)}" : "is there";
        });
        await _journal.RunAsync("Queue's password", async () =>
        {
            var made = await CachePassword.EnsureValueAsync(account, cancellation);
            changed |= made;
            return made ? $"made: {account.SecretName(SecretCatalogue.RedisPassword.Name)}" : "is there";
        });
        await SayNextAsync(account, changed, cancellation);
    }

    private async Task SayNextAsync(AwsAccount account, bool changed, CancellationToken cancellation)
    {
        _journal.Close(changed ? $"Environment {account.Environment} is ready in account {account.Account}." : $"Nothing to do: environment {account.Environment} is as its settings say.");
        if (account.Settings.Require(SettingsCatalogue.Embedder) == "openai" && await SecretValue.VersionAsync(account, SecretCatalogue.OpenAiApiKey, cancellation) is null)
        {
            _journal.Close($"  next       {BuildCommand.Line("PutSecret", account.Environment)} --name={SecretCatalogue.OpenAiApiKey.Name}   (the key on the standard input)");
        }

        _journal.Close($"  check      {BuildCommand.Line("Preflight", account.Environment)}");
        _journal.Close($"  deploy     {BuildCommand.Line("Deploy", account.Environment)}");
    }
}
