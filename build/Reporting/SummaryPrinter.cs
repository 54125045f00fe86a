using System.Diagnostics;
using System.Globalization;
using Cake.Core;
using Cake.Core.Diagnostics;
using Spectre.Console;

namespace VectorDb.Build.Reporting;

/// <summary>
/// Ends a run with a table of its steps instead of Cake's table of tasks, and prints nothing at all for a target without steps, so
/// that <c>--json</c> is one document.
/// </summary>
internal sealed class SummaryPrinter(StepJournal journal, IAnsiConsole console) : ICakeReportPrinter
{
    public void Write(CakeReport report)
    {
        if (journal.Steps.Count > 0)
        {
            console.WriteLine();
            console.Write(Table());
            using var run = Process.GetCurrentProcess();
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Finished all in {(DateTime.Now - run.StartTime).TotalSeconds:0.0} seconds"));
        }

        foreach (var line in journal.Closing)
        {
            console.WriteLine(line);
        }
    }

    public void WriteStep(string name, Verbosity verbosity)
    {
        // The journal announces steps.
    }

    public void WriteLifeCycleStep(string name, Verbosity verbosity)
    {
        // Taking and releasing the lock is no step.
    }

    public void WriteSkippedStep(string name, Verbosity verbosity) => console.WriteLine($"{name}: skipped");

    private Table Table()
    {
        var table = new Table().Border(console.Profile.Out.IsTerminal ? TableBorder.Rounded : TableBorder.None).AddColumns("Step", "Time", "");
        foreach (var step in journal.Steps)
        {
            table.AddRow(
                Markup.Escape(step.Name),
                step.Outcome == StepOutcome.Omitted ? "-" : Seconds(step.Took),
                step.Outcome switch
                {
                    StepOutcome.Done => Markup.Escape(step.Note ?? ""),
                    StepOutcome.Failed => $"[red]failed: {Markup.Escape(step.Note ?? "")}[/]",
                    _ => $"[grey]not needed: {Markup.Escape(step.Note ?? "")}[/]",
                });
        }

        return table;
    }

    private static string Seconds(TimeSpan took) => string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds:0.00} s");
}
