using VectorDb.Build.Processes;
using VectorDb.Build.Releases;
using VectorDb.Build.Tests.Emulator;

namespace VectorDb.Build.Tests.Environments.Aws;

/// <summary>Which release a run takes what lies there for, and what it says where something is missing.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class AwsDraftTests(EmulatorFixture aws) : IClassFixture<EmulatorFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Status")]
    [InlineData("History")]
    [InlineData("Rollback")]
    [InlineData("Deploy", "--exclusive")]
    public async Task Without_its_bootstrap_an_environment_names_it(string target, params string[] more)
    {
        await using var build = await AwsBuildRun.CreateAsync(aws, bootstrapped: false);
        await build.PublishAsync("one");

        Assert.Equal(1, await build.RunAsync(target, more));

        Assert.Contains($"There is no table vectordb-{build.Site.Name}-releases. Make it: ./build.sh --target=Bootstrap --environment={build.Site.Name}", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_bucket_that_is_missing_names_the_bootstrap_too()
    {
        await using var build = await AwsBuildRun.CreateAsync(aws);
        await build.Site.Account.S3.DeleteBucketAsync(build.Site.Account.ReleaseBucket, Token);
        await build.PublishAsync("one");

        Assert.Equal(1, await build.RunAsync("Deploy", "--exclusive"));

        Assert.Contains($"There is no bucket {build.Site.Account.ReleaseBucket}. Make it: ./build.sh --target=Bootstrap", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_smoke_key_without_a_value_names_the_bootstrap_and_takes_the_release_back()
    {
        await using var build = await AwsBuildRun.CreateAsync(aws);
        await build.DeployAsync("one");
        await aws.JsonAsync("secretsmanager", "secretsmanager.DeleteSecret", new { SecretId = $"vectordb/{build.Site.Name}/smoke-api-key", ForceDeleteWithoutRecovery = true });
        await build.PublishAsync("two");

        Assert.Equal(1, await build.RunAsync("Deploy", "--exclusive"));

        Assert.Contains($"value in the secret vectordb/{build.Site.Name}/smoke-api-key", build.Output, StringComparison.Ordinal);
        Assert.Contains("Rolled back: release", build.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("artifacts/publish/api/program.dll")]
    [InlineData("scripts/templates/settings.sh.sbn")]
    [InlineData("nginx/nginx.conf")]
    public async Task What_was_pushed_of_another_tree_is_refused(string changed)
    {
        await using var build = await AwsBuildRun.CreateAsync(aws);
        await build.PublishAsync("one");
        await File.AppendAllTextAsync(Path.Combine(build.Root, changed), "# changed\n", Token);

        Assert.Equal(1, await build.RunAsync("Deploy", "--exclusive"));

        Assert.Contains($"is not what lies here now. Push it: ./build.sh --target=EcrPush --environment={build.Site.Name}", build.Output, StringComparison.Ordinal);
        Assert.Empty(await build.LedgerAsync());
    }

    [Fact]
    public async Task Nothing_pushed_names_the_push()
    {
        await using var build = await AwsBuildRun.CreateAsync(aws);

        Assert.Equal(1, await build.RunAsync("Deploy", "--exclusive"));

        Assert.Contains($"Next: ./build.sh --target=EcrPush --environment={build.Site.Name}", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_content_keeps_the_commit_of_its_first_release_and_so_its_bytes()
    {
        await using var build = await AwsBuildRun.CreateAsync(aws);
        await GitAsync(build, "init", "--quiet");
        await File.WriteAllTextAsync(Path.Combine(build.Root, ".gitignore"), "artifacts\n.env.*\n", Token);
        var first = await CommitAsync(build);
        var release = await build.DeployAsync("one");
        await File.WriteAllTextAsync(Path.Combine(build.Root, "notes.md"), "only words", Token);
        var second = await CommitAsync(build);

        Assert.Equal(0, await build.RunAsync("Deploy", "--exclusive"));

        Assert.NotEqual(first, second);
        Assert.Contains($"Nothing to do: release {release}", build.Output, StringComparison.Ordinal);
        Assert.Equal(first, (await build.Catalog.FindAsync(release, Token))!.Commit);
        Assert.Contains(first, await File.ReadAllTextAsync(Path.Combine(build.Root, "artifacts", build.Site.Name, release.Value, "bundle", "docker-compose.prod.yml"), Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("VECTORDB_WEB_INSTANCE_TYPE", "t3.xlarge", true)]
    [InlineData("VECTORDB_BAKE_SECONDS", "60", true)]
    [InlineData("VECTORDB_WORKER_CONCURRENCY", "2", false)]
    public async Task A_setting_of_infrastructure_alone_keeps_the_release_id_and_one_of_its_services_does_not(string name, string value, bool same)
    {
        await using var build = await AwsBuildRun.CreateAsync(aws);
        var release = await build.DeployAsync("one");
        build.Set((name, value));

        Assert.Equal(0, await build.RunAsync("Deploy", "--exclusive"));

        Assert.Equal(same, (await build.LedgerAsync()).Last(static entry => entry.Event == LedgerEvent.Verified).Release == release);
    }

    private static async Task<string> CommitAsync(AwsBuildRun build)
    {
        await GitAsync(build, "add", "--all");
        await GitAsync(build, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "--message", "A commit");
        return (await GitAsync(build, "rev-parse", "HEAD")).Trim();
    }

    private static async Task<string> GitAsync(AwsBuildRun build, params string[] arguments) =>
        (await new CommandRunner(TimeProvider.System).RunAsync(new Command("git", arguments) { WorkingDirectory = build.Root }, Token)).Output;
}
