using System.Text.Json;
using System.Text.Json.Nodes;
using VectorDb.Core.Records;

namespace VectorDb.Core.Filters;

/// <summary>
/// Reads <c>{"must":[{"key":"lang","match":"en"},{"key":"year","gte":2020}],"should":[...],"mustNot":[...]}</c>.
/// Strict: an unknown field or a wrong type is an error that names its place, because a filter that is quietly ignored returns wrong records.
/// </summary>
public static class FilterParser
{
    public const int MaximumConditions = 256;
    public const int MaximumKeyLength = 256;

    /// <summary>Values in the largest filter: three arrays, and of each condition itself, its key and four bounds.</summary>
    public const int MaximumValues = 3 + (MaximumConditions * 6);

    /// <summary>Numbers are compared as doubles, in which a larger integer may be the same as its neighbour.</summary>
    public const long MaximumInteger = (1L << 53) - 1;

    /// <exception cref="FilterException">It is not a filter.</exception>
    public static Filter Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Parse(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new FilterException($"filter: not JSON: {e.Message}");
        }
    }

    /// <inheritdoc cref="Parse(string)"/>
    public static Filter Parse(JsonElement element)
    {
        Demand(element, JsonValueKind.Object, "filter", "an object");
        var parts = new Dictionary<string, IReadOnlyList<Condition>>(StringComparer.Ordinal);
        foreach (var part in element.EnumerateObject())
        {
            var name = Name(part, "filter");
            if (name is not ("must" or "should" or "mustNot"))
            {
                throw new FilterException($"filter.{MetadataCheck.Shown(name)}: unknown; a filter has must, should and mustNot");
            }

            if (!parts.TryAdd(name, Conditions(part.Value, $"filter.{name}")))
            {
                throw new FilterException($"filter.{name}: given twice");
            }
        }

        if (parts.Values.Sum(conditions => conditions.Count) > MaximumConditions)
        {
            throw TooMany();
        }

        return new Filter(Part("must"), Part("should"), Part("mustNot"));

        IReadOnlyList<Condition> Part(string name) => parts.GetValueOrDefault(name, []);
    }

    private static List<Condition> Conditions(JsonElement element, string place)
    {
        Demand(element, JsonValueKind.Array, place, "an array of conditions");
        if (element.GetArrayLength() > MaximumConditions)
        {
            throw TooMany();
        }

        return [.. element.EnumerateArray().Select((condition, index) => Condition(condition, $"{place}[{index}]"))];
    }

    private static FilterException TooMany() => new($"filter: more than {MaximumConditions} conditions");

    private static Condition Condition(JsonElement element, string place)
    {
        Demand(element, JsonValueKind.Object, place, """a condition such as {"key":"lang","match":"en"}""");
        string? key = null;
        JsonValue? match = null;
        var bounds = new Dictionary<string, double>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in element.EnumerateObject())
        {
            var name = Name(field, place);
            var here = $"{place}.{MetadataCheck.Shown(name)}";
            if (!seen.Add(name))
            {
                throw new FilterException($"{here}: given twice");
            }

            switch (name)
            {
                case "key":
                    key = Key(field.Value, here);
                    break;
                case "match":
                    match = Match(field.Value, here);
                    break;
                case "gt" or "gte" or "lt" or "lte":
                    bounds.Add(name, Number(field.Value, here));
                    break;
                default:
                    throw new FilterException($"{here}: unknown; a condition has key, and match or gt, gte, lt, lte");
            }
        }

        return (key, match, bounds.Count) switch
        {
            (null, _, _) => throw new FilterException($"{place}.key: missing"),
            (_, null, 0) => throw new FilterException($"{place}: needs match, or one of gt, gte, lt, lte"),
            (_, not null, > 0) => throw new FilterException($"{place}: has both match and a bound; use two conditions"),
            (_, not null, _) => new MatchCondition(key, match),
            _ => new RangeCondition(key, Bound("gt"), Bound("gte"), Bound("lt"), Bound("lte")),
        };

        double? Bound(string name) => bounds.TryGetValue(name, out var value) ? value : null;
    }

    private static string Key(JsonElement element, string place)
    {
        Demand(element, JsonValueKind.String, place, "a string");
        var key = Text(element, place);
        return key.Length is > 0 and <= MaximumKeyLength && !key.Split('.').Contains("", StringComparer.Ordinal)
            ? key
            : throw new FilterException($"{place}: '{MetadataCheck.Shown(key)}' is not a dotted path of 1 to {MaximumKeyLength} characters");
    }

    private static JsonValue Match(JsonElement element, string place) => element.ValueKind switch
    {
        JsonValueKind.String => JsonValue.Create(Text(element, place))!,
        JsonValueKind.Number => JsonValue.Create(Number(element, place)),
        JsonValueKind.True => JsonValue.Create(true),
        JsonValueKind.False => JsonValue.Create(false),
        _ => throw new FilterException($"{place}: expected a string, number or boolean, found {Kind(element)}"),
    };

    private static double Number(JsonElement element, string place)
    {
        Demand(element, JsonValueKind.Number, place, "a number");
        var text = element.GetRawText();
        if (!element.TryGetDouble(out var value) || !double.IsFinite(value))
        {
            throw new FilterException($"{place}: {MetadataCheck.Shown(text)} is outside the range of a double");
        }

        return Math.Abs(value) > MaximumInteger && !text.AsSpan().ContainsAny('.', 'e', 'E')
            ? throw new FilterException($"{place}: {MetadataCheck.Shown(text)} is beyond {MaximumInteger}, the largest integer that no other is taken for; store such numbers as strings and match those")
            : value;
    }

    private static string Name(JsonProperty property, string place)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw new FilterException($"{place}: the name of a field holds half of a surrogate pair");
        }
    }

    private static string Text(JsonElement element, string place)
    {
        try
        {
            var text = element.GetString()!;
            return text.Contains('\0') ? throw new FilterException($"{place}: holds the character U+0000") : text;
        }
        catch (InvalidOperationException)
        {
            throw new FilterException($"{place}: holds half of a surrogate pair");
        }
    }

    private static void Demand(JsonElement element, JsonValueKind kind, string place, string expected)
    {
        if (element.ValueKind != kind)
        {
            throw new FilterException($"{place}: expected {expected}, found {Kind(element)}");
        }
    }

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Null or JsonValueKind.Undefined => "null",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.Number => "a number",
        _ => "a string",
    };
}
