using VectorDb.Build.Processes;
using VectorDb.Build.Testing;

namespace VectorDb.Build.Tests.Testing;

public sealed class TestRunnerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_project_that_was_not_built_is_a_failure_with_the_command_that_builds_it()
    {
        var result = await RunAsync(new TestProject("X.Tests", _folder.Path));

        Assert.Contains("--target=Build", Assert.Single(result.Failures).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait(Suites.Trait, Suites.Full)]
    public async Task A_program_that_crashes_or_writes_no_result_is_a_failure_with_its_last_words()
    {
        await File.WriteAllTextAsync(_folder.File("X.Tests.dll"), "not an assembly", TestContext.Current.CancellationToken);

        var result = await RunAsync(new TestProject("X.Tests", _folder.Path));

        Assert.Contains("without a whole result", Assert.Single(result.Failures).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait(Suites.Trait, Suites.Full)]
    public async Task A_program_that_does_not_end_in_time_is_a_failure_that_says_so()
    {
        // The fast suite of these tests, which takes longer.
        var result = await RunAsync(new TestProject("VectorDb.Build.Tests", AppContext.BaseDirectory), TimeSpan.FromMilliseconds(100));

        Assert.Contains("did not end within 0.1 s and was stopped", Assert.Single(result.Failures).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_of_the_shell_and_what_a_job_of_the_pipeline_has_are_for_the_release_and_not_for_its_tests()
    {
        string[] ofRelease = ["GITHUB_ACTIONS", "GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_SERVER_URL", "GITHUB_STEP_SUMMARY", "VECTORDB_EMBEDDER", "VECTORDB_OPENAI_API_KEY"];

        var environment = TestRunner.EnvironmentOf(
            ["PATH", .. ofRelease, "VECTORDB_REQUIRE_TOOLS", "VECTORDB_BUILD_RUN"],
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["VECTORDB_BUILD_RUN"] = "this one" });

        Assert.Equal(ofRelease.Append("VECTORDB_BUILD_RUN").Order(StringComparer.Ordinal), environment.Keys.Order(StringComparer.Ordinal));
        Assert.All(ofRelease, name => Assert.Null(environment[name]));
        Assert.Equal("this one", environment["VECTORDB_BUILD_RUN"]);
    }

    private Task<Build.Testing.TestResult> RunAsync(TestProject project, TimeSpan? limit = null) =>
        new TestRunner(new CommandRunner(TimeProvider.System), _folder.File("results"), new Dictionary<string, string?>(StringComparer.Ordinal)) { Limit = limit ?? TimeSpan.FromMinutes(1) }
            .RunAsync(project, TestSuite.Fast, TestContext.Current.CancellationToken);
}
