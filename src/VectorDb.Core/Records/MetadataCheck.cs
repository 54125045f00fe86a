using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VectorDb.Core.Records;

/// <summary>One walk through the metadata of one record. It keeps the names on the way to where it is, and joins them to a path only to report a problem.</summary>
internal sealed class MetadataCheck
{
    private const int LongestShown = 100;

    private readonly List<(string? Key, int Item)> _place = [];
    private int _values;

    /// <returns>The first thing that is wrong, with its place; null for nothing.</returns>
    public string? Fault(JsonNode? node)
    {
        // Compared before it is raised: the outermost object does not count.
        if (_values++ > RecordRules.MaximumMetadataValues)
        {
            return RecordRules.TooManyValues;
        }

        if (_place.Count >= RecordRules.MaximumMetadataDepth)
        {
            return $"metadata: deeper than {RecordRules.MaximumMetadataDepth} levels";
        }

        return node switch
        {
            JsonObject properties => FaultIn(properties),
            JsonArray items => FaultIn(items),
            JsonValue value => FaultOf(value),
            _ => null,
        };
    }

    /// <summary>What a client sent, in a message for it: the beginning tells it enough. Never with half of a surrogate pair at its end.</summary>
    public static string Shown(string text) =>
        text.Length <= LongestShown ? text : text[..(char.IsHighSurrogate(text[LongestShown - 1]) ? LongestShown - 1 : LongestShown)] + "...";

    private string? FaultIn(JsonObject properties)
    {
        foreach (var (key, value) in properties)
        {
            if (key.Contains('\0') || !RecordRules.IsWellFormed(key))
            {
                return $"{Place()}: a key holds U+0000 or half of a surrogate pair";
            }

            if (FaultAt((key, 0), value) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private string? FaultIn(JsonArray items)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (FaultAt((null, i), items[i]) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private string? FaultAt((string? Key, int Item) step, JsonNode? node)
    {
        _place.Add(step);
        var fault = Fault(node);
        _place.RemoveAt(_place.Count - 1);
        return fault;
    }

    private string? FaultOf(JsonValue value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                return value.GetValue<string>() is var text && !text.Contains('\0') && RecordRules.IsWellFormed(text)
                    ? null
                    : $"{Place()}: holds U+0000 or half of a surrogate pair";
            case JsonValueKind.Number:
                // Both stores compare numbers as doubles; one outside their range would compare differently in each.
                var digits = value.ToJsonString();
                var number = double.Parse(digits, CultureInfo.InvariantCulture);
                return double.IsFinite(number) && (number != 0 || !digits.AsSpan().ContainsAnyInRange('1', '9') || IsZero(digits))
                    ? null
                    : $"{Place()}: {Shown(digits)} is outside the range of a double";
            default:
                return null;
        }
    }

    private string Place()
    {
        var place = new StringBuilder("metadata");
        foreach (var (key, item) in _place)
        {
            _ = key is null ? place.Append(CultureInfo.InvariantCulture, $"[{item}]") : place.Append('.').Append(Shown(key));
        }

        return place.ToString();
    }

    // "0e5" is zero although its exponent has digits; "1e-400" is not, but parses to zero.
    private static bool IsZero(string digits)
    {
        var exponent = digits.AsSpan().IndexOfAny('e', 'E');
        var mantissa = exponent < 0 ? digits.AsSpan() : digits.AsSpan(0, exponent);
        return !mantissa.ContainsAnyInRange('1', '9');
    }
}
