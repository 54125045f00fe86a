namespace VectorDb.Build.Tests.Rollout;

public sealed class HistoryTests
{
    [Fact]
    public async Task History_is_one_array_of_ledger_entries()
    {
        await using var build = await BuildRun.CreateAsync();
        var release = build.Deploy("one");

        var history = build.Json("--target=History", "--json").AsArray();

        Assert.Equal(["deploy-started", "activated", "verified"], history.Select(entry => (string)entry!["event"]!));
        Assert.All(history, entry => Assert.Equal(release.Value, (string)entry!["release"]!));
        Assert.All(history, entry => Assert.Equal("ada@laptop", (string)entry!["by"]!));
    }

    [Fact]
    public async Task History_for_people_names_each_release()
    {
        await using var build = await BuildRun.CreateAsync();
        var release = build.Deploy("one");

        Assert.Equal(0, build.Run("--target=History"));

        Assert.Contains($"{release} verified", build.Output, StringComparison.Ordinal);
    }
}
