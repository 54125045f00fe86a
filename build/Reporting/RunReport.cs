using System.Globalization;

namespace VectorDb.Build.Reporting;

/// <summary>A run that ended, as its reports tell it.</summary>
/// <param name="Target">What was asked for.</param>
/// <param name="Environment">Where.</param>
/// <param name="At">When it ended.</param>
/// <param name="Took">From the start of the process.</param>
/// <param name="Failure">Why it failed; null when it did not.</param>
/// <param name="Steps">In their order.</param>
/// <param name="Closing">Which release is where now, and the commands that go on from here.</param>
internal sealed record RunReport(
    string Target, string Environment, DateTimeOffset At, TimeSpan Took, string? Failure, IReadOnlyList<StepRecord> Steps, IReadOnlyList<string> Closing)
{
    private const int Shown = 200;

    public string Title => string.Create(
        CultureInfo.InvariantCulture, $"{Target}, {Environment}: {(Failure is null ? "done" : "failed")} after {Took.TotalSeconds:0.0} s");

    public static string TimeOf(StepRecord step) =>
        step.Outcome == StepOutcome.Omitted ? "-" : string.Create(CultureInfo.InvariantCulture, $"{step.Took.TotalSeconds:0.00} s");

    /// <summary>The last lines of what a step said: a report is read, not searched.</summary>
    public static IEnumerable<string> LinesOf(StepRecord step) => step.Said.Count > Shown
        ? step.Said.Skip(step.Said.Count - Shown).Prepend(string.Create(CultureInfo.InvariantCulture, $"... {step.Said.Count - Shown} lines before ..."))
        : step.Said;
}
