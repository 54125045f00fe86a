using System.Globalization;
using System.Text;
using VectorDb.Build.Environments.Rehearsal.Fleet;
using VectorDb.Build.Releases.Files;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Environments.Rehearsal.Story;

/// <summary>What a rehearsal leaves to read: <c>artifacts/rehearsal/report.md</c>.</summary>
internal static class RehearsalReport
{
    private static readonly RehearsedPart[] Parts =
    [
        new("infrastructure", "Terraform, the AWS provider, the state with its lock", "the AWS API (docs/emulator.md)", NeedsEngine: false),
        new("images", "docker build and push, a registry, digests", "ECR's own API"),
        new("instances", "their user data, executed; systemd, Docker, Compose", "the machine, its packages, its metadata service"),
        new("load balancer", "nginx, TLS, probes of every target, draining", "its AWS API"),
        new("data", "PostgreSQL with pgvector, Redis, TLS, AWS's passwords", "the APIs of Aurora and ElastiCache; DynamoDB, S3"),
        new("logs and metrics", "what is shipped as it is written", "the CloudWatch agent and API"),
        new("the release", "this build, unchanged, in processes of its own", "nothing", NeedsEngine: false),
    ];

    /// <summary>What was real, and what was emulated: a table of text.</summary>
    /// <param name="hasEngine">Whether instances could boot.</param>
    public static IEnumerable<string> RealAndEmulated(bool hasEngine) => Parts
        .Where(part => hasEngine || !part.NeedsEngine)
        .Prepend(new RehearsedPart("Part", "Real", "Emulated"))
        .Select(static part => $"{part.Name,-16}  {part.Real,-53}  {part.Emulated}");

    public static Task WriteAsync(string folder, StepJournal journal, IReadOnlyList<InstanceLife> lives, CancellationToken cancellation)
    {
        var text = new StringBuilder("# Rehearsal\n\n| step | time | what came of it |\n|---|---|---|\n");
        foreach (var step in journal.Steps)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {step.Name} | {step.Took.TotalSeconds:0.0} s | {(step.Outcome == StepOutcome.Failed ? "failed: " : "")}{step.Note?.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }

        text.Append("\n| part | real | emulated |\n|---|---|---|\n");
        foreach (var part in Parts.Where(part => lives.Count > 0 || !part.NeedsEngine))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {part.Name} | {part.Real} | {part.Emulated} |\n");
        }

        if (lives.Count > 0)
        {
            text.Append("\n| instance | group | version | in service | gone |\n|---|---|---|---|---|\n");
            foreach (var life in lives)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {life.Id} | {life.Group} | {life.TemplateVersion} | {Seconds(life.InService)} | {Seconds(life.Gone)} {life.Failure} |\n");
            }
        }

        return DurableFile.WriteAsync(Path.Combine(folder, "report.md"), Encoding.UTF8.GetBytes(text.ToString().ReplaceLineEndings("\n")), cancellation);
    }

    private static string Seconds(TimeSpan? span) => span is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds:0} s") : "-";
}

/// <summary>A part of what was rehearsed.</summary>
/// <param name="NeedsEngine">Whether there is none of it without a container engine.</param>
internal sealed record RehearsedPart(string Name, string Real, string Emulated, bool NeedsEngine = true);
