using System.Text.Json;
using VectorDb.Build.Infrastructure.Plans;

namespace VectorDb.Build.Infrastructure.Policy;

/// <summary>
/// Attributes of a planned resource. What is known only after the apply is absent, and so is what the configuration leaves out.
/// </summary>
internal readonly struct Attributes(JsonElement values, IReadOnlySet<string> configured)
{
    // What a block was given is not told apart from what AWS adds to it.
    private static readonly IReadOnlySet<string> NothingMore = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Whether the configuration itself gives it, and not AWS alone.</summary>
    public bool IsConfigured(string name) => configured.Contains(name);

    public string? Text(string name) => values.Text(name);

    public bool IsTrue(string name) => values.Flag(name);

    public decimal? Number(string name) => values.Number(name);

    /// <summary>The blocks of a name: none, one or several.</summary>
    public IReadOnlyList<Attributes> Blocks(string name) =>
        [.. values.Items(name).Where(static item => item.ValueKind == JsonValueKind.Object).Select(static item => new Attributes(item, NothingMore))];

    public IReadOnlyList<string> Texts(string name) => values.Find(name) switch
    {
        { ValueKind: JsonValueKind.String } one => [one.GetString()!],
        { ValueKind: JsonValueKind.Array } many => [.. many.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.String).Select(static item => item.GetString()!)],
        _ => [],
    };

    /// <summary>Names of a map's entries.</summary>
    public IReadOnlySet<string> Names(string name) => values.Find(name) is { ValueKind: JsonValueKind.Object } map
        ? map.EnumerateObject().Select(static entry => entry.Name).ToHashSet(StringComparer.Ordinal)
        : new HashSet<string>(StringComparer.Ordinal);

    public bool Has(string name) => values.Find(name) is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) };

    /// <summary>Whether the configuration leaves it out; not when it is only unknown yet.</summary>
    public bool IsLeftOut(string name) => values.Find(name) is { ValueKind: JsonValueKind.Null };
}
