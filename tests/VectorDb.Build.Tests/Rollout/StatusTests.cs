using System.Text.Json.Nodes;

namespace VectorDb.Build.Tests.Rollout;

public sealed class StatusTests
{
    [Fact]
    public async Task Status_of_nothing_is_a_document_with_exit_code_4()
    {
        await using var build = await BuildRun.CreateAsync();

        Assert.Equal(4, build.Run("--target=Status", "--json"));

        var status = JsonNode.Parse(build.Output)!;
        Assert.Null(status["release"]);
        Assert.Empty(status["services"]!.AsArray());
        Assert.Equal(["environment", "url", "release", "services"], status.AsObject().Select(property => property.Key));
    }

    [Fact]
    public async Task Status_of_a_healthy_release_has_the_documented_shape_and_exit_code_0()
    {
        await using var build = await BuildRun.CreateAsync();
        var release = build.Deploy("one");

        Assert.Equal(0, build.Run("--target=Status", "--json"));

        var status = JsonNode.Parse(build.Output)!;
        Assert.Equal("local", (string)status["environment"]!);
        Assert.Equal(build.Api.Url, new Uri((string)status["url"]!));
        Assert.Equal(["id", "commit", "deployedAt", "deployedBy", "verified"], status["release"]!.AsObject().Select(property => property.Key));
        Assert.Equal(release.Value, (string)status["release"]!["id"]!);
        Assert.Equal("ada@laptop", (string)status["release"]!["deployedBy"]!);
        Assert.True((bool)status["release"]!["verified"]!);
        Assert.Equal("""{"name":"api","pid":7,"health":"healthy","restarts":1,"memoryBytes":2097152}""", status["services"]![0]!.ToJsonString());
    }

    [Fact]
    public async Task Status_shows_a_release_that_stands_by_as_what_it_is()
    {
        await using var build = await BuildRun.CreateAsync();
        var first = build.Deploy("one");
        build.Deploy("two");
        build.Rollout.Run(first);
        build.Rollout.Standby = first;

        Assert.Equal(0, build.Run("--target=Status", "--json"));
        var status = JsonNode.Parse(build.Output)!;
        Assert.Equal(["environment", "url", "release", "services", "standby"], status.AsObject().Select(property => property.Key));
        Assert.Equal(first.Value, (string)status["standby"]!["id"]!);

        Assert.Equal(0, build.Run("--target=Status"));
        Assert.Contains($"release {first} stands by for a rollback, without traffic and jobs (2 MB)", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_of_an_unhealthy_release_has_exit_code_3_for_people_too()
    {
        await using var build = await BuildRun.CreateAsync();
        var release = build.Deploy("one");
        build.Rollout.Run(release, "unhealthy");

        Assert.Equal(3, build.Run("--target=Status"));
        Assert.Contains("unhealthy", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_of_what_is_being_stopped_says_so_with_exit_code_3()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Deploy("one");
        build.Rollout.IsStopping = true;

        Assert.Equal(3, build.Run("--target=Status", "--json"));
        Assert.True((bool)JsonNode.Parse(build.Output)!["stopping"]!);
        Assert.Equal(3, build.Run("--target=Status"));
        Assert.Contains("It is being stopped", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_whose_host_is_gone_is_deployed_but_unhealthy()
    {
        await using var build = await BuildRun.CreateAsync();
        var release = build.Deploy("one");
        build.Rollout.Run(release);
        await build.Rollout.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(3, build.Run("--target=Status", "--json"));
        Assert.Equal(release.Value, (string)JsonNode.Parse(build.Output)!["release"]!["id"]!);
    }

    [Fact]
    public async Task After_a_stop_nothing_is_deployed()
    {
        await using var build = await BuildRun.CreateAsync();
        build.Deploy("one");

        Assert.Equal(0, build.Run("--target=Stop"));

        Assert.Equal(4, build.Run("--target=Status"));
        Assert.Equal("stopped", (string)build.Json("--target=History", "--json").AsArray().Last()!["event"]!);
    }
}
