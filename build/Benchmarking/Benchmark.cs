using System.Globalization;
using System.Text;
using VectorDb.Build.Compilation;
using VectorDb.Build.Processes;
using VectorDb.Build.Releases.Files;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Benchmarking;

/// <summary>Runs the benchmarks' own program on an optimised build, and keeps what it prints.</summary>
public sealed class Benchmark
{
    private const string Project = "VectorDb.Benchmarks";
    private const string ReportName = "report.md";

    private readonly Workspace _workspace;
    private readonly Compiler _compiler;
    private readonly SourceRevision _source;
    private readonly CommandRunner _commands;
    private readonly StepJournal _journal;
    private readonly TimeProvider _time;

    internal Benchmark(Workspace workspace, Compiler compiler, SourceRevision source, CommandRunner commands, StepJournal journal, TimeProvider time) =>
        (_workspace, _compiler, _source, _commands, _journal, _time) = (workspace, compiler, source, commands, journal, time);

    /// <param name="workload">What the program takes: <c>search</c>, <c>ingest</c>, ..., <c>all</c>.</param>
    public async Task RunAsync(string workload, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(_workspace.Root, "tests", Project);
        await _compiler.BuildAsync(cancellationToken);
        await _journal.RunAsync("Bench", async () =>
        {
            var program = Path.Combine(folder, "bin", "Release", "net10.0", Project + ".dll");
            var run = await _commands.TryAsync(
                new Command(Environment.ProcessPath ?? "dotnet", program, workload) { WorkingDirectory = _workspace.Root, OnLine = _journal.Say }, cancellationToken);
            var report = Path.Combine(_workspace.Artifacts, "bench", ReportName);
            await DurableFile.WriteAsync(report, Encoding.UTF8.GetBytes(Report(workload, await _source.CommitAsync(cancellationToken), run.Output)), cancellationToken);
            _journal.Close($"Report: {report}");
            return run.Succeeded
                ? null
                : throw new InvalidOperationException($"The benchmarks ended with exit code {run.ExitCode}: a goal was missed, or they could not run. {run.Error.Trim()}".TrimEnd());
        });
    }

    private string Report(string workload, string commit, string output) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        # Benchmarks: {workload}

        {_time.GetUtcNow():yyyy-MM-dd HH:mm} UTC, commit {commit}, `./build.sh --target=Bench --workload={workload}`

        ```
        {output.Trim('\n')}
        ```

        """);
}
