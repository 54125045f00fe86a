using System.Globalization;
using System.Text;
using VectorDb.Build.Environments.Rehearsal.Fleet;
using VectorDb.Build.Releases.Files;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Environments.Rehearsal.Story;

/// <summary>What a rehearsal leaves to read: <c>artifacts/rehearsal/report.md</c>.</summary>
internal static class RehearsalReport
{
    private const string Roles = """
        | part | real | emulated |
        |---|---|---|
        | infrastructure | Terraform, the AWS provider, the state with its lock | the AWS API (moto and the extension in docs/emulator.md) |
        | images | docker build and push, a registry, digests | ECR's own API |
        | instances | containers that execute the user data of their launch template version: systemd, Docker and Compose inside | the machine, the package manager, the metadata service |
        | load balancer | nginx with TLS, probes of every target, draining | its AWS API |
        | data | PostgreSQL with pgvector, Redis, both with TLS and the passwords that AWS hands out | the Aurora and ElastiCache APIs, DynamoDB, S3 |
        | logs and metrics | files that are shipped as they are written | the CloudWatch agent and API |
        | the release | this build, unchanged, as processes of its own | nothing |

        """;

    public static Task WriteAsync(string folder, StepJournal journal, IReadOnlyList<InstanceLife> lives, CancellationToken cancellation)
    {
        var text = new StringBuilder("# Rehearsal\n\n| step | time | what came of it |\n|---|---|---|\n");
        foreach (var step in journal.Steps)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {step.Name} | {step.Took.TotalSeconds:0.0} s | {(step.Outcome == StepOutcome.Failed ? "failed: " : "")}{step.Note?.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }

        text.Append('\n').Append(Roles);
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
