using VectorDb.Build.ApiKeys;
using VectorDb.Build.Aws;
using VectorDb.Build.Tests.Aws;

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
        Assert.Empty(await Store.ListAsync(Token));

        await Store.AddAsync(first, Token);
        await Store.AddAsync(second, Token);

        Assert.Equal([first, second], await Store.ListAsync(Token));
        var stored = await Aws.SecretsManager.ReadAsync("vectordb/test/api-keys", Token);
        Assert.Equal($"{first.ToLine()}\n{second.ToLine()}\n", stored);
        Assert.DoesNotContain(plain, stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_of_the_smoke_test_is_a_secret_of_its_own()
    {
        var key = new SmokeTestKey(Store);
        var configuration = new Dictionary<string, string> { ["VECTORDB_AUTH"] = "apikey" };

        var made = await key.OfAsync(configuration, Token);

        Assert.Equal(made, await key.OfAsync(configuration, Token));
        Assert.Equal(made, await Aws.SecretsManager.ReadAsync("vectordb/test/smoke-api-key", Token));
        Assert.True(Assert.Single(await Store.ListAsync(Token)).Is(made!));
    }
}
