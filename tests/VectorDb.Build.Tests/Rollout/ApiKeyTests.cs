namespace VectorDb.Build.Tests.Rollout;

public sealed class ApiKeyTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_release_that_asks_for_keys_is_proved_with_the_smoke_tests_own()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Environment.Configuration = new Dictionary<string, string> { ["VECTORDB_AUTH"] = "apikey" };

        build.Deploy("one");

        var key = await build.Keys.ReadSmokeKeyAsync(Cancellation);
        Assert.Equal($"Bearer {key}", build.Api.Authorization);
        Assert.Equal(0, build.Run("--target=SmokeTest"));
        Assert.Equal($"Bearer {key}", build.Api.Authorization);
        Assert.DoesNotContain(key!, build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_environments_key_is_never_shown_to_another_address()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Environment.Configuration = new Dictionary<string, string> { ["VECTORDB_AUTH"] = "apikey" };
        build.Deploy("one");

        build.Run("--target=SmokeTest", $"--url={build.Api.Url}");

        Assert.DoesNotContain("vdb_", build.Api.Authorization ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_key_is_all_that_is_printed_and_only_its_hash_is_kept()
    {
        await using var build = await BuildRun.CreateAsync();

        Assert.Equal(0, build.Run("--target=CreateApiKey", "--name=ada", "--scope=admin"));

        Assert.Matches("^vdb_[0-9a-f]{8}_[0-9a-f]{64}\r?\n$", build.Output);
        Assert.True(Assert.Single(await build.Keys.ListAsync(Cancellation)).Is(build.Output.Trim()));
        Assert.DoesNotContain(build.Output.Trim(), await File.ReadAllTextAsync(build.Keys.Place, Cancellation), StringComparison.Ordinal);
    }
}
