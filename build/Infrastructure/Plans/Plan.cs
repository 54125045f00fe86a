using System.Text.Json;

namespace VectorDb.Build.Infrastructure.Plans;

/// <summary>A plan, parsed.</summary>
/// <param name="Changes">Resources that change.</param>
/// <param name="Drift">Resources that were changed behind Terraform's back since the last apply.</param>
/// <param name="Resources">Every resource as it will be, changed or not.</param>
internal sealed record Plan(
    IReadOnlyList<ResourceChange> Changes,
    IReadOnlyList<ResourceChange> Drift,
    IReadOnlyList<PlannedResource> Resources)
{
    public PlanSummary Summary => new(
        Of(ChangeAction.Create), Of(ChangeAction.Update), Of(ChangeAction.Replace), Of(ChangeAction.Delete),
        [
            .. Changes.Where(static change => change is { IsStateful: true, Action: not ChangeAction.Create })
                .OrderBy(static change => change.Address, StringComparer.Ordinal),
        ],
        [.. Drift.Select(static change => change.Address).Order(StringComparer.Ordinal)]);

    private IReadOnlyList<string> Of(ChangeAction action) =>
        [.. Changes.Where(change => change.Action == action).Select(static change => change.Address).Order(StringComparer.Ordinal)];
}

/// <summary>A resource as it will be after the apply.</summary>
/// <param name="Address">For example <c>module.storage.aws_dynamodb_table.tasks</c>.</param>
/// <param name="Type">For example <c>aws_dynamodb_table</c>.</param>
/// <param name="Values">Its attributes, without those that are known only after the apply; AWS's own defaults are among them.</param>
/// <param name="Configured">Names of the attributes and blocks that the configuration itself gives.</param>
internal sealed record PlannedResource(string Address, string Type, JsonElement Values, IReadOnlySet<string> Configured);

/// <summary>What a person reads before approving. Addresses are sorted.</summary>
/// <param name="Create">Made.</param>
/// <param name="Update">Changed in place.</param>
/// <param name="Replace">Destroyed and made again.</param>
/// <param name="Delete">Destroyed.</param>
/// <param name="Stateful">Those of the changed, replaced and destroyed that hold data.</param>
/// <param name="Drift">Changed behind Terraform's back.</param>
internal sealed record PlanSummary(
    IReadOnlyList<string> Create,
    IReadOnlyList<string> Update,
    IReadOnlyList<string> Replace,
    IReadOnlyList<string> Delete,
    IReadOnlyList<ResourceChange> Stateful,
    IReadOnlyList<string> Drift)
{
    public bool IsEmpty => Create.Count + Update.Count + Replace.Count + Delete.Count == 0;

    public override string ToString() => IsEmpty
        ? "nothing to change"
        : $"{Create.Count} to create, {Update.Count} to change, {Replace.Count} to replace, {Delete.Count} to destroy";
}
