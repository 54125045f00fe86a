using Microsoft.Extensions.Time.Testing;
using VectorDb.Build.Reporting;
using VectorDb.Build.Secrets;
using VectorDb.Build.Tests.Environments;

namespace VectorDb.Build.Tests.Secrets;

/// <summary>On an account of its own: a rotation would wait for the instance that is made here.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class SecretReaderTests(AwsBuild build) : IClassFixture<AwsBuild>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_instance_uses_a_new_value_when_it_has_said_so_after_the_value_was_put()
    {
        var instance = await build.Aws.CreateGroupAsync(build.Account, "web", Token);
        var put = TimeProvider.System.GetUtcNow();
        Assert.Equal([instance], await BehindAsync(SecretCatalogue.ApiKeys, put));

        await build.Aws.LogAsync($"/vectordb/{build.Name}/web-bootstrap", instance, $"{put:s}Z {SecretReaders.Mark} VECTORDB_API_KEYS VECTORDB_POSTGRES", Token);

        Assert.Empty(await BehindAsync(SecretCatalogue.ApiKeys, put));
        Assert.Equal([instance], await BehindAsync(SecretCatalogue.OpenAiApiKey, put));
        Assert.Equal([instance], await BehindAsync(SecretCatalogue.ApiKeys, put + TimeSpan.FromHours(1)));
    }

    [Fact]
    public void The_instances_say_it_in_the_words_that_are_waited_for() => Assert.Contains(
        SecretReaders.Mark, File.ReadAllText(Path.Combine(Repository.Root, "scripts", "templates", "settings.sh.sbn")), StringComparison.Ordinal);

    // A clock that has run out by its second reading: one look, no wait.
    private Task<IReadOnlyList<string>> BehindAsync(ManagedSecret secret, DateTimeOffset since) =>
        new SecretReaders(new StepJournal(BuildConsole.Create(TextWriter.Null), TimeProvider.System), new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromHours(1) })
            .WaitAsync(build.Account, secret, since, Token);
}
