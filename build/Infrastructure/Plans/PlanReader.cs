using System.Text.Json;
using System.Text.RegularExpressions;

namespace VectorDb.Build.Infrastructure.Plans;

/// <summary>
/// Reads <c>terraform show -json</c> (format 1.x, https://developer.hashicorp.com/terraform/internals/json-format) into records.
/// </summary>
internal static partial class PlanReader
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
            [.. Elements(detail, "replace_paths").Select(static path => string.Join('.', path.EnumerateArray()))])
        {
            IsTainted = change.TryGetProperty("action_reason", out var reason) && reason.GetString() == "replace_because_tainted",
        };

    private static ChangeAction? ActionOf(string[] actions) => actions switch
    {
        ["create"] => ChangeAction.Create,
        ["update"] => ChangeAction.Update,
        ["delete"] => ChangeAction.Delete,
        [_, _] => ChangeAction.Replace,
        _ => null,
    };

    private static IEnumerable<PlannedResource> PlannedResources(JsonElement document)
    {
        var configured = document.TryGetProperty("configuration", out var configuration) && configuration.TryGetProperty("root_module", out var root)
            ? Configured(root, "").ToDictionary(StringComparer.Ordinal)
            : [];
        return document.TryGetProperty("planned_values", out var values) && values.TryGetProperty("root_module", out var module)
            ? InModule(module, configured)
            : [];
    }

    private static IEnumerable<KeyValuePair<string, IReadOnlySet<string>>> Configured(JsonElement module, string path) =>
        Elements(module, "resources")
            .Select(resource => KeyValuePair.Create(
                path + resource.GetProperty("address").GetString(),
                (IReadOnlySet<string>)(resource.TryGetProperty("expressions", out var expressions) ? expressions.EnumerateObject().Select(static each => each.Name) : [])
                    .ToHashSet(StringComparer.Ordinal)))
            .Concat(module.TryGetProperty("module_calls", out var calls)
                ? calls.EnumerateObject().SelectMany(call => Configured(call.Value.GetProperty("module"), $"{path}module.{call.Name}."))
                : []);

    private static IEnumerable<PlannedResource> InModule(JsonElement module, Dictionary<string, IReadOnlySet<string>> configured) =>
        Elements(module, "resources")
            .Where(static resource => resource.GetProperty("mode").GetString() == "managed")
            .Select(resource => new PlannedResource(
                resource.GetProperty("address").GetString()!,
                resource.GetProperty("type").GetString()!,
                // Left out where nothing is known before the apply.
                resource.TryGetProperty("values", out var values) ? values.Clone() : default,
                configured.GetValueOrDefault(Index().Replace(resource.GetProperty("address").GetString()!, "")) ?? new HashSet<string>(StringComparer.Ordinal)))
            .Concat(Elements(module, "child_modules").SelectMany(child => InModule(child, configured)));

    // module.web["a"].aws_lb.this[0] is configured as module.web.aws_lb.this.
    [GeneratedRegex(@"\[[^\]]*\]", RegexOptions.None, 1000)]
    private static partial Regex Index();

    private static IEnumerable<JsonElement> Elements(JsonElement owner, string property) =>
        owner.TryGetProperty(property, out var array) && array.ValueKind == JsonValueKind.Array ? array.EnumerateArray() : [];
}
