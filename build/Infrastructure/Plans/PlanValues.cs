using System.Text.Json;

namespace VectorDb.Build.Infrastructure.Plans;

/// <summary>Values of a plan, where any may be unknown or null.</summary>
internal static class PlanValues
{
    public static string? Text(this JsonElement values, string name) => values.Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static decimal? Number(this JsonElement values, string name) => values.Find(name) is { ValueKind: JsonValueKind.Number } value ? value.GetDecimal() : null;

    public static bool Flag(this JsonElement values, string name) => values.Find(name) is { ValueKind: JsonValueKind.True };

    public static IEnumerable<JsonElement> Items(this JsonElement values, string name) => values.Find(name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : [];

    /// <returns>Null for what is not there; what is there may be of any kind.</returns>
    public static JsonElement? Find(this JsonElement values, string name) =>
        values.ValueKind == JsonValueKind.Object && values.TryGetProperty(name, out var value) ? value : null;
}
