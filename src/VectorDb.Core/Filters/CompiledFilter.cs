using System.Text.Json;
using System.Text.Json.Nodes;

namespace VectorDb.Core.Filters;

/// <summary>One test, ready to run on a column of a key's values or on one JSON value.</summary>
/// <param name="Path">The key, with dots or without.</param>
/// <param name="Text">Equals this string, when not null.</param>
/// <param name="Flag">Equals this boolean, when not null.</param>
/// <param name="Low">For a test of numbers: the lower bound, included. An exclusive bound is the next double, included.</param>
/// <param name="High">The upper bound, likewise.</param>
internal sealed record Test(string Path, string? Text, bool? Flag, double Low, double High)
{
    private readonly string[] _names = Path.Split('.');

    /// <summary>Text and booleans, as a column of tokens holds them; zero for a test of numbers.</summary>
    public ulong Token { get; } = Text is not null ? Tokens.Of(Text) : Flag is { } flag ? Tokens.Of(flag) : 0;

    /// <summary>Whether the key has dots: then it is both a path and, as it stands, the name of a property.</summary>
    public bool IsPath => _names.Length > 1;

    public bool Holds(JsonElement metadata) => (IsPath && HoldsAt(metadata, [Path])) || HoldsAt(metadata, _names);

    private bool HoldsAt(JsonElement metadata, ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (metadata.ValueKind != JsonValueKind.Object || !metadata.TryGetProperty(name, out metadata))
            {
                return false;
            }
        }

        return metadata.ValueKind == JsonValueKind.Array ? metadata.EnumerateArray().Any(HoldsScalar) : HoldsScalar(metadata);
    }

    private bool HoldsScalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Text is not null && value.ValueEquals(Text),
        JsonValueKind.True or JsonValueKind.False => Flag is not null && Flag == value.GetBoolean(),
        JsonValueKind.Number => Token == 0 && value.GetDouble() is var number && number >= Low && number <= High,
        _ => false,
    };
}

/// <summary>A filter taken apart once, so that it runs on thousands of records without looking at its own shape again.</summary>
internal sealed class CompiledFilter(Filter filter)
{
    public Test[] Must { get; } = [.. filter.Must.Select(Compile)];

    public Test[] Should { get; } = [.. filter.Should.Select(Compile)];

    public Test[] MustNot { get; } = [.. filter.MustNot.Select(Compile)];

    /// <param name="metadata">UTF-8 JSON of one record; empty for none.</param>
    public bool Matches(ReadOnlySpan<byte> metadata)
    {
        if (metadata.IsEmpty)
        {
            return Must.Length == 0 && Should.Length == 0;
        }

        var reader = new Utf8JsonReader(metadata);
        using var document = JsonDocument.ParseValue(ref reader);
        var root = document.RootElement;
        return Must.All(test => test.Holds(root))
            && (Should.Length == 0 || Should.Any(test => test.Holds(root)))
            && !MustNot.Any(test => test.Holds(root));
    }

    private static Test Compile(Condition condition) => condition switch
    {
        MatchCondition match => Compile(match.Key, match.Value),
        RangeCondition range => new Test(
            range.Key,
            Text: null,
            Flag: null,
            Math.Max(range.Gte ?? double.NegativeInfinity, range.Gt is { } gt ? Math.BitIncrement(gt) : double.NegativeInfinity),
            Math.Min(range.Lte ?? double.PositiveInfinity, range.Lt is { } lt ? Math.BitDecrement(lt) : double.PositiveInfinity)),
        _ => throw new FilterException($"{condition.Key}: unknown kind of condition {condition.GetType().Name}"),
    };

    private static Test Compile(string key, JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.String => new Test(key, value.GetValue<string>(), Flag: null, 0, 0),
        JsonValueKind.True => new Test(key, Text: null, Flag: true, 0, 0),
        JsonValueKind.False => new Test(key, Text: null, Flag: false, 0, 0),
        JsonValueKind.Number when Number(value) is var number => new Test(key, Text: null, Flag: null, number, number),
        var kind => throw new FilterException($"{key}: match is a string, number or boolean, not {kind}"),
    };

    private static double Number(JsonValue value) =>
        double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
}
