using System.Globalization;
using System.Text;
using VectorDb.Build.Environments.Rehearsal.Fleet;
using VectorDb.Build.Releases.Files;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Environments.Rehearsal.Story;

/// <summary>What a rehearsal leaves to read: <c>artifacts/rehearsal/report.md</c>.</summary>
internal static class RehearsalReport
{
    private static readonly (string Part, string Real, string Emulated)[] Parts =
    [
        ("infrastructure", "Terraform, the AWS provider, the state with its lock", "the AWS API (docs/emulator.md)"),
        ("images", "docker build and push, a registry, digests", "ECR's own API"),
        ("instances", "their user data, executed; systemd, Docker, Compose", "the machine, its packages, its metadata service"),
        ("load balancer", "nginx, TLS, probes of every target, draining", "its AWS API"),
        ("data", "PostgreSQL with pgvector, Redis, TLS, AWS's passwords", "the APIs of Aurora and ElastiCache; DynamoDB, S3"),
        ("logs and metrics", "what is shipped as it is written", "the CloudWatch agent and API"),
        ("the release", "this build, unchanged, in processes of its own", "nothing"),
    ];

    /// <summary>What was real, and what was emulated: a table of text.</summary>
    public static IEnumerable<string> RealAndEmulated() =>
        Parts.Prepend(("Part", "Real", "Emulated")).Select(static part => $"{part.Item1,-16}  {part.Item2,-53}  {part.Item3}");

    public static Task WriteAsync(string folder, StepJournal journal, IReadOnlyList<InstanceLife> lives, CancellationToken cancellation)
    {
        var text = new StringBuilder("# Rehearsal\n\n| step | time | what came of it |\n|---|---|---|\n");
        foreach (var step in journal.Steps)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {step.Name} | {step.Took.TotalSeconds:0.0} s | {(step.Outcome == StepOutcome.Failed ? "failed: " : "")}{step.Note?.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }

        text.Append("\n| part | real | emulated |\n|---|---|---|\n");
        foreach (var (part, real, emulated) in Parts)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {part} | {real} | {emulated} |\n");
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
