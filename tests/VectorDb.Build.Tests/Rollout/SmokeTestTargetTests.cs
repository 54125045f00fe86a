namespace VectorDb.Build.Tests.Rollout;

public sealed class SmokeTestTargetTests
{
    [Fact]
    public async Task The_smoke_test_by_hand_tests_the_given_address()
    {
        await using var build = await BuildRun.CreateAsync();

        Assert.Equal(0, build.Run("--target=SmokeTest", $"--url={build.Api.Url}"));
        Assert.Contains("an upload completes and its rows are found", build.Output, StringComparison.Ordinal);

        build.Api.Fault = SmokeTest.Fault.WriteFails;
        Assert.Equal(1, build.Run("--target=SmokeTest", $"--url={build.Api.Url}"));
        Assert.Contains("disk full", build.Output, StringComparison.Ordinal);
    }
}
