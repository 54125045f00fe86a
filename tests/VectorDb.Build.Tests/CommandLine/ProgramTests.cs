using System.Text.Json;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Tests.CommandLine;

/// <summary>The compiled build as a process of its own.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class ProgramTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData]
    [InlineData("--help")]
    public async Task Nothing_but_the_help_is_printed_when_no_target_is_named(params string[] args)
    {
        var result = await RunAsync(args);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.StartsWith("Usage: ./build.sh", result.Output, StringComparison.Ordinal);
        Assert.Contains("Deploy ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_command_line_runs_nothing_and_ends_with_2()
    {
        var result = await RunAsync("--taget=Deploy", "--dry-run");

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Equal(
            "Error: there is no option --taget; did you mean --target?\nError: there is no option --dry-run; did you mean --dryrun?\n", result.Error);
    }

    [Fact]
    public async Task A_dry_run_lists_the_chain_of_the_target()
    {
        var result = await RunAsync("--target=Deploy", "--dryrun");

        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"(?s)1\. .*\d+\. Publish.*\d+\. Deploy", result.Output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_home.Path));
    }

    [Fact]
    public async Task Status_without_a_deployment_is_one_JSON_document_and_exit_code_4()
    {
        var result = await RunAsync("--target=Status", "--json");

        Assert.Equal((4, ""), (result.ExitCode, result.Error));
        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(result.Output).RootElement.GetProperty("release").ValueKind);
    }

    private Task<CommandResult> RunAsync(params string[] args) => new CommandRunner(TimeProvider.System).TryAsync(
        new Command("dotnet", [typeof(BuildContext).Assembly.Location, .. args])
        {
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["VECTORDB_HOME"] = _home.Path },
            Limit = TimeSpan.FromMinutes(1),
        },
        TestContext.Current.CancellationToken);
}
