using VectorDb.Build.ApiKeys;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Tests.Aws;
using VectorDb.Build.Tests.Secrets;

namespace VectorDb.Build.Tests.ApiKeys;

[Trait(Suites.Trait, Suites.Full)]
public sealed class SecretApiKeysTests : MotoTest
{
    private SecretApiKeys Store => new(Aws.SecretsManager, "test");

    [Fact]
    public async Task Hashes_gather_in_one_secret_a_line_each()
    {
        var (first, plain) = ApiKey.Create("one", KeyScope.Read);
        var (second, _) = ApiKey.Create("two", KeyScope.Admin);
        await MakeAsync();
        Assert.Empty(await Store.ListAsync(Token));

        await Store.AddAsync(first, Token);
        await Store.AddAsync(second, Token);

        Assert.Equal([first, second], await Store.ListAsync(Token));
        var stored = await Aws.SecretsManager.ReadAsync("vectordb/test/api-keys", Token);
        Assert.Equal($"{first.ToLine()}\n{second.ToLine()}\n", stored);
        Assert.DoesNotContain(plain, stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_bootstrap_has_made_the_secret_it_is_named()
    {
        var missing = await Assert.ThrowsAsync<NotBootstrappedException>(() => Store.AddAsync(ApiKey.Create("one", KeyScope.Read).Key, Token));

        Assert.Contains("--target=Bootstrap --environment=test", missing.Message, StringComparison.Ordinal);
        Assert.Null(await Aws.SecretsManager.FindAsync("vectordb/test/api-keys", Token));
    }

    /// <summary>As Bootstrap makes it.</summary>
    private async Task MakeAsync()
    {
        await Endpoint.CreateSecretContainerAsync("vectordb/test/api-keys", Token);
        await Aws.SecretsManager.PutAsync("vectordb/test/api-keys", "\n", Token);
    }
}
