using VectorDb.Build.Reporting;

namespace VectorDb.Build.Tests.Reporting;

public sealed class RunReportTests
{
    [Fact]
    public void A_deploy_that_went_well_is_a_summary_page() => Snapshots.Match(MarkdownReport.Of(Done));

    [Fact]
    public void A_deploy_that_failed_says_why_at_the_top_and_opens_the_step() => Snapshots.Match(MarkdownReport.Of(Failed));

    [Fact]
    public void A_deploy_is_a_page_of_its_own() => Snapshots.Match(HtmlReport.Of(Done));

    [Fact]
    public void A_failed_deploy_is_a_page_of_its_own() => Snapshots.Match(HtmlReport.Of(Failed));

    [Fact]
    public void What_a_program_printed_becomes_no_markup()
    {
        var run = Failed with
        {
            Failure = "</pre><script>alert(1)</script>",
            Closing = ["| a | [b](javascript:alert(1)) <img src=x>", "javascript:alert(1)"],
            Steps = [new StepRecord("<b>", StepOutcome.Failed, TimeSpan.Zero, "a|b `c` <script>") { Said = ["```", "# heading", "<script>", "````"] }],
        };

        var (markdown, page) = (MarkdownReport.Of(run), HtmlReport.Of(run));

        // Everything between fences that are longer than any within.
        Assert.DoesNotContain("<script>", Outside(markdown), StringComparison.Ordinal);
        Assert.DoesNotContain("<img", markdown, StringComparison.Ordinal);
        Assert.Contains(@"\| a \| \[b\](javascript:alert(1))", markdown, StringComparison.Ordinal);
        Assert.Contains("`````text\n```\n# heading\n<script>\n````\n`````\n", markdown, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"javascript", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_step_shows_its_end()
    {
        var step = new StepRecord("Rollout", StepOutcome.Done, TimeSpan.Zero, null) { Said = [.. Enumerable.Range(1, 500).Select(line => $"line {line}")] };

        var lines = RunReport.LinesOf(step).ToList();

        Assert.Equal(("... 300 lines before ...", "line 301", "line 500", 201), (lines[0], lines[1], lines[^1], lines.Count));
    }

    internal static RunReport Done { get; } = new(
        "Deploy", "production", new DateTimeOffset(2026, 3, 1, 12, 30, 0, TimeSpan.Zero), TimeSpan.FromSeconds(754.2), null,
        [
            new StepRecord("Build", StepOutcome.Done, TimeSpan.FromSeconds(51.09), null),
            new StepRecord("Fast suite", StepOutcome.Done, TimeSpan.FromSeconds(14.84), "845 passed, 0 passed before") { Said = ["VectorDb.Core.Tests   412 passed   0 failed   0 skipped"] },
            new StepRecord("EcrPush", StepOutcome.Done, TimeSpan.FromSeconds(8.1), "4 images, 3 there already"),
            new StepRecord("TerraformPlan", StepOutcome.Done, TimeSpan.FromSeconds(21.5), "0 to create, 2 to change, 0 to replace, 0 to destroy")
            {
                Said = ["Service: 0 to create, 2 to change, 0 to replace, 0 to destroy", "  change module.web.aws_launch_template.this", "  change module.worker.aws_launch_template.this", "  approval: sha256:00112233"],
            },
            new StepRecord("Rollout", StepOutcome.Done, TimeSpan.FromSeconds(548), "web and worker replaced"),
            new StepRecord("SmokeTest", StepOutcome.Done, TimeSpan.FromSeconds(4.2), "12 steps passed"),
            new StepRecord("Retire", StepOutcome.Omitted, TimeSpan.Zero, "the groups ended the old instances"),
        ],
        ["Release 0123456789ab is live and verified at https://api.example.org/", "  status     ./build.sh --target=Status --environment=production"]);

    internal static RunReport Failed { get; } = Done with
    {
        Took = TimeSpan.FromSeconds(312.4),
        Failure = "Instance i-0abc is unhealthy: Health checks failed with these codes: [503]\nRolled back to 00000000beef.",
        Steps =
        [
            .. Done.Steps.Take(4),
            new StepRecord("Rollout", StepOutcome.Failed, TimeSpan.FromSeconds(200), "Instance i-0abc is unhealthy: Health checks failed with these codes: [503]")
            {
                Said = ["10 %  i-0abc pending", "i-0abc unhealthy", "The last lines of api's log:", "  fail: VectorDb.Api no <password> for redis"],
            },
        ],
        Closing = ["Rolled back: release 00000000beef is active again."],
    };

    private static string Outside(string markdown)
    {
        var fence = "";
        var outside = new List<string>();
        foreach (var line in markdown.Split('\n'))
        {
            if (fence.Length == 0 && line.StartsWith("```", StringComparison.Ordinal))
            {
                fence = line[..line.LastIndexOf('`')] + "`";
            }
            else if (fence.Length > 0 && line == fence)
            {
                fence = "";
            }
            else if (fence.Length == 0)
            {
                outside.Add(line);
            }
        }

        return string.Join('\n', outside);
    }
}
