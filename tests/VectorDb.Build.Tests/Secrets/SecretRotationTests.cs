using Cake.Core;
using Microsoft.Extensions.Time.Testing;
using VectorDb.Build.ApiKeys;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Reporting;
using VectorDb.Build.Secrets;

namespace VectorDb.Build.Tests.Secrets;

/// <summary>On an account of its own: every rotation of another test would wait for the instance that is made here.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class SecretRotationTests(AccountWithContainers build) : IClassFixture<AccountWithContainers>
{
    private readonly StringWriter _said = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rotation_that_is_run_again_with_the_same_value_waits_for_who_is_behind_and_finishes()
    {
        var instance = await build.Aws.CreateGroupAsync(build.Account, "web", Token);
        var value = ApiKey.Create("ops", KeyScope.Admin).Key.ToLine();

        var behind = await Assert.ThrowsAsync<CakeException>(() => RotateAsync(value));
        var still = await Assert.ThrowsAsync<CakeException>(() => RotateAsync(value));
        await build.Aws.LogAsync($"/vectordb/{build.Name}/web-bootstrap", instance, $"{DateTimeOffset.UtcNow:s}Z {SecretReaders.Mark} VECTORDB_API_KEYS", Token);
        var done = await RotateAsync(value);

        Assert.Contains($"{instance} did not take it over", behind.Message, StringComparison.Ordinal);
        Assert.Equal(behind.Message, still.Message);
        Assert.Contains("finishing the rotation that an earlier run began", _said.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("is in use everywhere", done, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_is_in_force_for_long_is_no_rotation()
    {
        await build.Account.Services.SecretsManager.PutAsync(build.Account.SecretName("openai-api-key"), "sk-of-long-ago", Token);

        var refused = await Assert.ThrowsAsync<CakeException>(() => RotateAsync("sk-of-long-ago", "openai-api-key", DateTimeOffset.UtcNow + TimeSpan.FromDays(2)));

        Assert.Contains("make a new one where openai-api-key comes from", refused.Message, StringComparison.Ordinal);
    }

    // A clock that has run out by its second reading: one look at the instances, no wait.
    private async Task<string?> RotateAsync(string value, string name = "api-keys", DateTimeOffset? now = null)
    {
        var time = new FakeTimeProvider(now ?? DateTimeOffset.UtcNow) { AutoAdvanceAmount = TimeSpan.FromMinutes(10) };
        var journal = new StepJournal(BuildConsole.Create(_said), TimeProvider.System);
        var readers = new SecretReaders(journal, time);
        await new SecretKeeper(
            new Lazy<AwsAccount>(build.Account), new Terminal(new StringReader(value), TextWriter.Null, isInteractive: false), readers, new CacheRotation(readers, journal, time), journal, time)
            .RotateAsync(name, Token);
        return journal.Steps[0].Note;
    }
}
