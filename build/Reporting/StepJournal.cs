using System.Collections.Concurrent;
using Spectre.Console;

namespace VectorDb.Build.Reporting;

/// <summary>How a step ended.</summary>
internal enum StepOutcome
{
    Done,
    Failed,
    Omitted,
}

/// <param name="Note">One line: what came out, or why it was left out.</param>
internal sealed record StepRecord(string Name, StepOutcome Outcome, TimeSpan Took, string? Note)
{
    /// <summary>What was said from its beginning to that of the next step: a failure is explained after its step has ended.</summary>
    public IReadOnlyCollection<string> Said { get; init; } = [];
}

/// <summary>Tells of each step as it happens, and remembers it for the summary.</summary>
internal sealed class StepJournal(IAnsiConsole console, TimeProvider time)
{
    private readonly List<StepRecord> _steps = [];
    private readonly List<string> _closing = [];
    private ConcurrentQueue<string> _said = [];

    public IReadOnlyList<StepRecord> Steps => _steps;

    /// <summary>What the summary ends with.</summary>
    public IReadOnlyList<string> Closing => _closing;

    /// <param name="work">Returns the step's note, or null.</param>
    public async Task RunAsync(string name, Func<Task<string?>> work)
    {
        console.MarkupLineInterpolated($"[bold]{name}[/]");
        var start = time.GetTimestamp();
        var said = _said = [];
        try
        {
            var note = await work();
            _steps.Add(new StepRecord(name, StepOutcome.Done, time.GetElapsedTime(start), note) { Said = said });
        }
        catch (Exception failure)
        {
            _steps.Add(new StepRecord(name, StepOutcome.Failed, time.GetElapsedTime(start), failure is OperationCanceledException ? "cancelled" : FirstLine(failure.Message)) { Said = said });
            throw;
        }
    }

    public void Omit(string name, string reason) => _steps.Add(new StepRecord(name, StepOutcome.Omitted, TimeSpan.Zero, reason));

    /// <summary>A line below the step that goes on.</summary>
    public void Say(string line)
    {
        _said.Enqueue(line);
        console.WriteRaw($"  {line}");
    }

    /// <summary>A line at the very end of the run, below the summary.</summary>
    public void Close(string line) => _closing.Add(line);

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd();
}
