using VectorDb.Build.ApiKeys;
using VectorDb.Build.Aws;
using VectorDb.Build.Processes;
using VectorDb.Build.Secrets;
using ApiKey = VectorDb.Core.Security.ApiKey;
using Issued = VectorDb.Build.ApiKeys.ApiKey;

namespace VectorDb.Build.Tests.Secrets;

/// <summary>The targets as processes, on an account that has the foundation's containers.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class SecretTests(AccountWithContainers build) : IClassFixture<AccountWithContainers>
{
    private const string Canary = "sk-canary-0123456789-abcdefghij";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SecretsManagerClient Store => build.Account.Services.SecretsManager;

    [Fact]
    public async Task A_value_goes_from_the_standard_input_into_the_secret_and_nowhere_else()
    {
        var put = await PutAsync($"{Canary}\n", "openai-api-key");
        Assert.True(put.Succeeded, put.Output + put.Error);
        Assert.Equal(Canary, await ReadAsync("openai-api-key"));

        var again = await PutAsync(Canary, "openai-api-key");
        Assert.Contains("nothing to do", again.Output, StringComparison.Ordinal);

        Assert.DoesNotContain(Canary, build.Printed, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, (await build.Aws.ControlAsync(HttpMethod.Get, "calls", null, Token)).GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(FilesOfRuns(), file => Text(file).Contains(Canary, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("openai-api-kye", "there is no secret 'openai-api-kye'; did you mean openai-api-key?")]
    [InlineData("redis-password", "Nobody gives redis-password a value: it is generated.")]
    [InlineData(null, "--target=PutSecret needs --name=<text>")]
    public async Task A_name_that_takes_no_value_is_told_what_would(string? name, string expected)
    {
        var refused = name is null ? await build.RunWithInputAsync(Canary, "PutSecret") : await PutAsync(Canary, name);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(expected, refused.Output + refused.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("openai-api-key", "", "is empty")]
    [InlineData("openai-api-key", "two\nlines-of-a-canary", "has a line break")]
    [InlineData("api-keys", "vdb_01234567_canary", "line 1 is not of the form")]
    public async Task A_value_that_cannot_be_one_is_refused_without_being_shown(string name, string value, string expected)
    {
        var refused = await PutAsync(value, name);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(expected, refused.Output + refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", refused.Output + refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_key_of_the_smoke_test_replaces_its_own_hash_and_leaves_the_others()
    {
        var (other, _) = Issued.Create("ops", KeyScope.Admin);
        Assert.True((await PutAsync(other.ToLine(), "api-keys")).Succeeded);
        await AwsSmokeKey.EnsureAsync(build.Account, Token);
        Assert.False(await AwsSmokeKey.EnsureAsync(build.Account, Token));
        var before = await ReadAsync("smoke-api-key");
        // Whoever gives the keys of people knows nothing of this one.
        Assert.True((await PutAsync(other.ToLine(), "api-keys")).Succeeded);
        Assert.False(await AwsSmokeKey.EnsureAsync(build.Account, Token));

        await build.SucceedAsync("RotateSecret", "--name=smoke-api-key");

        var after = await ReadAsync("smoke-api-key");
        var lines = (await ReadAsync("api-keys")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => ApiKey.ParseLine(line)!).ToList();
        Assert.NotEqual(before, after);
        Assert.Equal([other.Id, ApiKey.IdOf(after)], lines.Select(line => line.Id));
        Assert.DoesNotContain(after, build.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_the_smoke_test_that_the_service_does_not_know_is_made_anew()
    {
        await AwsSmokeKey.EnsureAsync(build.Account, Token);
        var (other, _) = Issued.Create("ops", KeyScope.Admin);
        await Store.PutAsync(build.Account.SecretName("api-keys"), other.ToLine(), Token);

        Assert.True(await AwsSmokeKey.EnsureAsync(build.Account, Token));

        var lines = (await ReadAsync("api-keys")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => ApiKey.ParseLine(line)!).ToList();
        Assert.Equal([other.Id, ApiKey.IdOf(await ReadAsync("smoke-api-key"))], lines.Select(line => line.Id));
    }

    [Fact]
    public async Task The_queues_password_is_made_once_and_never_over_another()
    {
        await build.Account.Services.SecretsManager.PutAsync(build.Account.SecretName("redis-password"), "in force", Token);

        Assert.False(await CachePassword.EnsureValueAsync(build.Account, Token));
        Assert.Equal("in force", await ReadAsync("redis-password"));
    }

    [Fact]
    public async Task The_queues_user_is_opened_once_and_rotated_without_a_moment_of_no_password()
    {
        var user = await build.Aws.CreateCacheUserAsync(build.Account, Token);
        await Store.PutAsync(build.Account.SecretName("redis-password"), new string('x', 64), Token);

        Assert.True(await CachePassword.EnsureAsync(build.Account, user, TimeProvider.System, Token));
        Assert.False(await CachePassword.EnsureAsync(build.Account, user, TimeProvider.System, Token));
        Assert.Equal(CachePassword.Rights, (await build.Account.Services.ElastiCache.FindUserAsync(user, Token))!.AccessString);

        await build.SucceedAsync("RotateSecret", "--name=redis-password");
        Assert.Matches("^[A-Za-z0-9]{64}$", await ReadAsync("redis-password"));
        Assert.DoesNotContain(await ReadAsync("redis-password"), build.Printed, StringComparison.Ordinal);
        // Nothing is left to do for the next deploy.
        Assert.False(await CachePassword.EnsureAsync(build.Account, user, TimeProvider.System, Token));
    }

    private static IEnumerable<string> FilesOfRuns() => Directory.EnumerateFiles(Path.Combine(Repository.Root, "artifacts"), "*.json*", SearchOption.AllDirectories);

    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // Of another test's run, which has ended.
            return "";
        }
    }

    private Task<string> ReadAsync(string name) => Store.ReadAsync(build.Account.SecretName(name), Token);

    private Task<CommandResult> PutAsync(string value, string name) => build.RunWithInputAsync(value, "PutSecret", $"--name={name}");
}
