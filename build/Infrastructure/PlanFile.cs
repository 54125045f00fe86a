using System.Text.Json;
using System.Text.Json.Serialization;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Files;

namespace VectorDb.Build.Infrastructure;

/// <summary>
/// The summary of a plan for a pipeline, <c>artifacts/{environment}/plan.json</c>: what a person approves by its hash. The plan itself
/// never leaves the machine.
/// </summary>
/// <param name="Hash">What <c>--approve</c> takes.</param>
/// <param name="Findings">Broken rules; with any, the plan cannot be applied.</param>
internal sealed record PlanFile(string Environment, string Release, string Hash, PlanFileSummary Summary, IReadOnlyList<string> Findings)
{
    /// <exception cref="InvalidOperationException">Nothing was planned yet.</exception>
    public static async Task<PlanFile> ReadAsync(string artifacts, string environment, CancellationToken cancellationToken) =>
        await DurableFile.ReadAsync(PathOf(artifacts, environment), cancellationToken) is { } json
            ? JsonSerializer.Deserialize(json, PlanFileJson.Default.PlanFile)!
            : throw new InvalidOperationException($"{PathOf(artifacts, environment)} is not there. Next: {BuildCommand.Line("TerraformPlan", environment)}");

    public static Task WriteAsync(string artifacts, string environment, PlannedChange planned, ReleaseId release, CancellationToken cancellationToken)
    {
        var summary = planned.Plan.Summary;
        var file = new PlanFile(
            environment, release.Value, planned.Hash.ToString(),
            new PlanFileSummary(
                summary.Create, summary.Update, summary.Replace, summary.Delete, [.. summary.Stateful.Select(static change => change.Address)], summary.Drift),
            [.. planned.Findings.Select(static finding => finding.ToString())]);
        return DurableFile.WriteAsync(
            PathOf(artifacts, environment), JsonSerializer.SerializeToUtf8Bytes(file, PlanFileJson.Default.PlanFile), cancellationToken);
    }

    private static string PathOf(string artifacts, string environment) => Path.Combine(artifacts, environment, "plan.json");
}

/// <summary>Addresses of resources by what happens to them.</summary>
internal sealed record PlanFileSummary(
    IReadOnlyList<string> Create, IReadOnlyList<string> Update, IReadOnlyList<string> Replace, IReadOnlyList<string> Delete,
    IReadOnlyList<string> Stateful, IReadOnlyList<string> Drift)
{
    [JsonIgnore]
    public bool IsEmpty => Create.Count + Update.Count + Replace.Count + Delete.Count == 0;
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(PlanFile))]
internal sealed partial class PlanFileJson : JsonSerializerContext;
