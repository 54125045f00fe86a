using VectorDb.Build.Reporting;

namespace VectorDb.Build.Tests.Reporting;

public sealed class RunReporterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StepJournal _journal;

    public RunReporterTests() => _journal = new StepJournal(BuildConsole.Create(_output), TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Outside_of_a_pipeline_there_is_a_page_and_nothing_more_is_printed()
    {
        await _journal.RunAsync("Build", () => Task.FromResult<string?>("done"));
        var before = _output.ToString();

        await Reporter(new PipelineOutput(null, Annotates: false)).WriteAsync("Deploy", new InvalidOperationException("no"), 1);

        Assert.Equal(before, _output.ToString());
        Assert.Contains("Deploy, staging", await File.ReadAllTextAsync(_folder.File("report.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_pipeline_the_summary_grows_by_the_run_and_a_failure_is_an_annotation_of_one_line()
    {
        await File.WriteAllTextAsync(_folder.File("summary.md"), "before\n", TestContext.Current.CancellationToken);
        var failure = new InvalidOperationException("100 % wrong:\r\nsecond line");
        await Assert.ThrowsAsync<InvalidOperationException>(() => _journal.RunAsync("Rollout", async () =>
        {
            _journal.Say("within the step");
            await Task.Yield();
            throw failure;
        }));
        _journal.Say("after it, and about it");

        await Reporter(new PipelineOutput(_folder.File("summary.md"), Annotates: true)).WriteAsync("Deploy", new AggregateException(failure), 0);

        var summary = await File.ReadAllTextAsync(_folder.File("summary.md"), TestContext.Current.CancellationToken);
        Assert.StartsWith("before\n### Deploy, staging: failed after ", summary, StringComparison.Ordinal);
        Assert.Contains("<details open><summary>Rollout</summary>\n\n```text\nwithin the step\nafter it, and about it\n```\n", summary, StringComparison.Ordinal);
        Assert.Equal("::error title=Deploy%2C staging%3A Rollout::100 %25 wrong:%0D%0Asecond line", _output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)[^1]);
    }

    [Fact]
    public async Task A_run_that_failed_before_its_first_step_is_told_too()
    {
        await Reporter(new PipelineOutput(_folder.File("summary.md"), Annotates: true)).WriteAsync("Deploy", new InvalidOperationException("ada@laptop holds the lock"), 0);

        Assert.Equal($"::error title=Deploy%2C staging::ada@laptop holds the lock{Environment.NewLine}", _output.ToString());
        Assert.Contains("ada@laptop holds the lock", await File.ReadAllTextAsync(_folder.File("summary.md"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("report.html")));
    }

    [Fact]
    public async Task A_look_that_has_no_steps_leaves_nothing()
    {
        await Reporter(new PipelineOutput(_folder.File("summary.md"), Annotates: true)).WriteAsync("Status", null, 3);

        Assert.Equal("", _output.ToString());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_failure_that_only_the_exit_code_tells_is_a_failure()
    {
        await _journal.RunAsync("Test", () => Task.FromResult<string?>("1 failed"));

        await Reporter(new PipelineOutput(null, Annotates: true)).WriteAsync("Test", null, 1);

        Assert.Contains("::error title=Test%2C staging::It ended with exit code 1.", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_that_cannot_be_written_changes_nothing_of_the_run()
    {
        await File.WriteAllTextAsync(_folder.File("file"), "", TestContext.Current.CancellationToken);
        await _journal.RunAsync("Build", () => Task.FromResult<string?>(null));

        await new RunReporter(_folder.File("file", "below"), "staging", new PipelineOutput(null, Annotates: false), _journal, BuildConsole.Create(_output), TimeProvider.System).WriteAsync("Deploy", null, 0);

        Assert.Contains("The report was not written:", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true", "/summary", true, "/summary")]
    [InlineData(null, "", false, null)]
    public void A_pipeline_is_known_by_its_variables(string? actions, string? summary, bool annotates, string? file) => Assert.Equal(
        new PipelineOutput(file, annotates), PipelineOutput.From(name => name == "GITHUB_ACTIONS" ? actions : name == "GITHUB_STEP_SUMMARY" ? summary : null));

    private RunReporter Reporter(PipelineOutput pipeline) => new(_folder.Path, "staging", pipeline, _journal, BuildConsole.Create(_output), TimeProvider.System);
}
