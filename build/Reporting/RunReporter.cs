using System.Diagnostics;
using System.Globalization;
using System.Text;
using Spectre.Console;
using VectorDb.Build.Releases.Files;

namespace VectorDb.Build.Reporting;

/// <summary>Where a pipeline wants to be told; nulls outside of one.</summary>
/// <param name="Summary">The file that becomes the summary page of the job.</param>
/// <param name="Annotates">Whether lines of the output become annotations of the run.</param>
internal sealed record PipelineOutput(string? Summary, bool Annotates)
{
    public static PipelineOutput From(Func<string, string?> environment) =>
        new(environment("GITHUB_STEP_SUMMARY") is { Length: > 0 } file ? file : null, environment("GITHUB_ACTIONS") == "true");
}

/// <summary>Leaves a run's reports behind: a page in <c>artifacts</c>, and in a pipeline its summary and an annotation for a failure.</summary>
public sealed class RunReporter
{
    private readonly string _artifacts;
    private readonly string _environment;
    private readonly PipelineOutput _pipeline;
    private readonly StepJournal _journal;
    private readonly IAnsiConsole _console;
    private readonly TimeProvider _time;

    /// <param name="artifacts">The folder of <c>report.html</c>.</param>
    internal RunReporter(string artifacts, string environment, PipelineOutput pipeline, StepJournal journal, IAnsiConsole console, TimeProvider time) =>
        (_artifacts, _environment, _pipeline, _journal, _console, _time) = (artifacts, environment, pipeline, journal, console, time);

    /// <param name="target">What was asked for.</param>
    /// <param name="failure">What ended it; null when nothing did.</param>
    /// <param name="exitCode">Of a run that nothing ended.</param>
    public async Task WriteAsync(string target, Exception? failure, int exitCode)
    {
        if (_journal.Steps.Count == 0 && failure is null)
        {
            return;
        }

        using var process = Process.GetCurrentProcess();
        var run = new RunReport(target, _environment, _time.GetUtcNow(), DateTime.Now - process.StartTime, ReasonOf(failure, exitCode), _journal.Steps, _journal.Closing);
        try
        {
            await WriteAsync(run);
        }
        catch (Exception unwritten) when (unwritten is IOException or UnauthorizedAccessException)
        {
            // The run is over; a report that cannot be written changes nothing of how it went.
            _console.WriteRaw($"The report was not written: {unwritten.Message}");
        }

        if (_pipeline.Annotates && run.Failure is { } reason)
        {
            var step = run.Steps.LastOrDefault(step => step.Outcome == StepOutcome.Failed);
            _console.WriteRaw($"::error title={Property($"{target}, {_environment}{(step is null ? "" : $": {step.Name}")}")}::{Data(reason)}");
        }
    }

    // Written also when the run was cancelled, hence no token.
    private async Task WriteAsync(RunReport run)
    {
        if (run.Steps.Count > 0)
        {
            await DurableFile.WriteAsync(Path.Combine(_artifacts, "report.html"), Encoding.UTF8.GetBytes(HtmlReport.Of(run)), CancellationToken.None);
        }

        if (_pipeline.Summary is { } summary)
        {
            await File.AppendAllTextAsync(summary, $"{MarkdownReport.Of(run)}\n", CancellationToken.None);
        }
    }

    private static string? ReasonOf(Exception? failure, int exitCode) => failure switch
    {
        null => exitCode == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"It ended with exit code {exitCode}."),
        AggregateException { InnerExceptions: [var only] } => ReasonOf(only, exitCode),
        OperationCanceledException => "A signal ended the run.",
        _ => failure.Message,
    };

    // https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands: what would end the command is escaped.
    private static string Data(string text) => text
        .Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) => Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
