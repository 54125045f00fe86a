using System.Text;

namespace VectorDb.Build.Reporting;

/// <summary>A run for the summary page of a pipeline: GitHub's Markdown.</summary>
internal static class MarkdownReport
{
    public static string Of(RunReport run)
    {
        var text = new StringBuilder();
        text.Append($"### {Plain(run.Title)}\n\n");
        if (run.Failure is { } failure)
        {
            text.Append(Block(failure.Split('\n'))).Append('\n');
        }

        foreach (var line in run.Closing)
        {
            text.Append($"- {Plain(line.Trim())}\n");
        }

        if (run.Steps.Count > 0)
        {
            text.Append("\n| Step | Time | |\n|---|---:|---|\n");
        }

        foreach (var step in run.Steps)
        {
            text.Append($"| {Plain(step.Name)} | {RunReport.TimeOf(step)} | {Plain(NoteOf(step))} |\n");
        }

        foreach (var step in run.Steps.Where(step => step.Said.Count > 0))
        {
            text.Append($"\n<details{(step.Outcome == StepOutcome.Failed ? " open" : "")}><summary>{Plain(step.Name)}</summary>\n\n");
            text.Append(Block(RunReport.LinesOf(step))).Append("\n</details>\n");
        }

        return text.ToString();
    }

    private static string NoteOf(StepRecord step) => step.Outcome switch
    {
        StepOutcome.Done => step.Note ?? "",
        StepOutcome.Failed => $"failed: {step.Note}",
        _ => $"not needed: {step.Note}",
    };

    // What a program printed is shown as it is: no table, heading or tag is made of it.
    private static string Plain(string text)
    {
        var plain = new StringBuilder();
        foreach (var letter in text.ReplaceLineEndings(" "))
        {
            plain.Append(letter switch
            {
                '<' => "&lt;",
                '>' => "&gt;",
                '&' => "&amp;",
                '|' or '*' or '`' or '\\' or '[' or ']' => $"\\{letter}",
                _ => letter,
            });
        }

        return plain.ToString();
    }

    private static string Block(IEnumerable<string> lines)
    {
        var all = lines.Select(line => line.TrimEnd()).ToList();
        var fence = new string('`', Math.Max(3, all.Select(Backticks).DefaultIfEmpty().Max() + 1));
        return $"{fence}text\n{string.Join('\n', all)}\n{fence}\n";
    }

    private static int Backticks(string line)
    {
        var (longest, now) = (0, 0);
        foreach (var letter in line)
        {
            now = letter == '`' ? now + 1 : 0;
            longest = Math.Max(longest, now);
        }

        return longest;
    }
}
