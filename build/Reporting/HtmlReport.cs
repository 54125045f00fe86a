using System.Globalization;
using System.Net;

namespace VectorDb.Build.Reporting;

/// <summary>A run as one page that needs nothing but itself.</summary>
internal static class HtmlReport
{
    private const string Style = """
        :root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; --dim: #8886; }
        body { font: 15px/1.5 system-ui, sans-serif; margin: 2.5rem auto; max-width: 60rem; padding: 0 1.25rem; }
        h1 { font-size: 1.5rem; margin: 0; }
        h1 span { border-radius: 1rem; color: #fff; font-size: .85rem; margin-left: .75rem; padding: .2rem .7rem; vertical-align: middle; }
        .done { background: var(--good); } .failed { background: var(--bad); }
        header p { color: GrayText; margin: .25rem 0 1.5rem; }
        ul { list-style: none; padding: 0; }
        table { border-collapse: collapse; margin: 1.5rem 0; width: 100%; }
        td { border-top: 1px solid var(--line); padding: .45rem .75rem .45rem 0; vertical-align: top; }
        td:nth-child(2) { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
        td:nth-child(3) { width: 60%; }
        tr.omitted { color: GrayText; } tr.failed td:first-child, tr.failed td:last-child { color: var(--bad); font-weight: 600; background: none; }
        tr.failed { background: none; }
        pre { background: #8881; border-radius: .4rem; font: 13px/1.45 ui-monospace, monospace; margin: .5rem 0 1rem; overflow-x: auto; padding: .75rem 1rem; }
        pre.failure { border-left: .25rem solid var(--bad); }
        summary { cursor: pointer; padding: .2rem 0; }
        """;

    public static string Of(RunReport run)
    {
        var outcome = run.Failure is null ? "done" : "failed";
        return $"""
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>{Text(run.Title)}</title>
            <style>
            {Style}
            </style>
            <header>
            <h1>{Text(run.Target)}, {Text(run.Environment)}<span class="{outcome}">{outcome}</span></h1>
            <p>{run.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC, {run.Took.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} seconds</p>
            </header>
            {(run.Failure is { } failure ? $"<pre class=\"failure\">{Text(failure)}</pre>" : "")}
            <ul>
            {string.Join('\n', run.Closing.Select(line => $"<li>{Linked(line.Trim())}"))}
            </ul>
            <table>
            {string.Join('\n', run.Steps.Select(Row))}
            </table>
            {string.Join('\n', run.Steps.Where(step => step.Said.Count > 0).Select(Details))}
            </html>

            """.ReplaceLineEndings("\n");
    }

    private static string Row(StepRecord step) => step.Outcome switch
    {
        StepOutcome.Done => $"<tr><td>{Text(step.Name)}<td>{RunReport.TimeOf(step)}<td>{Text(step.Note ?? "")}",
        StepOutcome.Failed => $"<tr class=\"failed\"><td>{Text(step.Name)}<td>{RunReport.TimeOf(step)}<td>{Text(step.Note ?? "")}",
        _ => $"<tr class=\"omitted\"><td>{Text(step.Name)}<td>-<td>not needed: {Text(step.Note ?? "")}",
    };

    private static string Details(StepRecord step) =>
        $"<details{(step.Outcome == StepOutcome.Failed ? " open" : "")}><summary>{Text(step.Name)}</summary><pre>{Text(string.Join('\n', RunReport.LinesOf(step)))}</pre></details>";

    private static string Linked(string line) => string.Join(' ', line.Split(' ').Select(word =>
        Uri.TryCreate(word, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? $"<a href=\"{Text(word)}\">{Text(word)}</a>" : Text(word)));

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
