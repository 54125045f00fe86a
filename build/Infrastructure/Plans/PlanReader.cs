using System.Text.Json;

namespace VectorDb.Build.Infrastructure.Plans;

/// <summary>
/// Reads <c>terraform show -json</c> (format 1.x, https://developer.hashicorp.com/terraform/internals/json-format) into records.
/// </summary>
internal static class PlanReader
{
    /// <exception cref="InvalidDataException">The document is not a plan, or its format is not 1.x.</exception>
    public static Plan Read(JsonElement document)
    {
        if (!document.TryGetProperty("format_version", out var version) || version.GetString()?.StartsWith("1.", StringComparison.Ordinal) != true)
        {
            throw new InvalidDataException("This is not a plan of format 1.x, as 'terraform show -json' of Terraform 1.11 writes it.");
        }

        return new Plan(
            [.. Changes(document, "resource_changes")],
            [.. Changes(document, "resource_drift")],
            [.. Outputs(document)],
            [.. PlannedResources(document)]);
    }

    private static IEnumerable<ResourceChange> Changes(JsonElement document, string property) =>
        from change in Elements(document, property)
        where change.GetProperty("mode").GetString() == "managed"
        let detail = change.GetProperty("change")
        let action = ActionOf([.. detail.GetProperty("actions").EnumerateArray().Select(static each => each.GetString()!)])
        where action is not null
        select new ResourceChange(
            change.GetProperty("address").GetString()!,
            change.GetProperty("type").GetString()!,
            action.Value,
            detail.GetProperty("before").Clone(),
            detail.GetProperty("after").Clone(),
            [.. Elements(detail, "replace_paths").Select(static path => string.Join('.', path.EnumerateArray()))]);

    private static ChangeAction? ActionOf(string[] actions) => actions switch
    {
        ["create"] => ChangeAction.Create,
        ["update"] => ChangeAction.Update,
        ["delete"] => ChangeAction.Delete,
        [_, _] => ChangeAction.Replace,
        _ => null,
    };

    private static IEnumerable<string> Outputs(JsonElement document) =>
        from output in document.TryGetProperty("output_changes", out var outputs) ? outputs.EnumerateObject() : default
        where output.Value.GetProperty("actions")[0].GetString() != "no-op"
        select output.Name;

    private static IEnumerable<PlannedResource> PlannedResources(JsonElement document) =>
        document.TryGetProperty("planned_values", out var values) && values.TryGetProperty("root_module", out var module)
            ? InModule(module)
            : [];

    private static IEnumerable<PlannedResource> InModule(JsonElement module) =>
        Elements(module, "resources")
            .Where(static resource => resource.GetProperty("mode").GetString() == "managed")
            .Select(static resource => new PlannedResource(
                resource.GetProperty("address").GetString()!,
                resource.GetProperty("type").GetString()!,
                // Left out where nothing is known before the apply.
                resource.TryGetProperty("values", out var values) ? values.Clone() : default))
            .Concat(Elements(module, "child_modules").SelectMany(InModule));

    private static IEnumerable<JsonElement> Elements(JsonElement owner, string property) =>
        owner.TryGetProperty(property, out var array) && array.ValueKind == JsonValueKind.Array ? array.EnumerateArray() : [];
}
