using System.Text.Json;
using System.Text.Json.Nodes;
using VectorDb.Core.Records;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest.Reading;

/// <summary>Those properties of one line that are asked for: the id, the texts, and what becomes metadata.</summary>
internal sealed class JsonLineProperties
{
    private const string MetadataName = "metadata";

    private readonly Dictionary<string, JsonElement> _found = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<string>? _wanted;
    private readonly bool _areTooMany;
    private int _values;

    /// <exception cref="FormatException">One of them is there twice.</exception>
    public JsonLineProperties(JsonElement line, UploadOptions options)
    {
        IdColumn = options.IdColumn ?? ColumnChoice.IdName;
        TextColumns = options.TextColumns is { Count: > 0 } texts ? texts : [ColumnChoice.TextName];
        _wanted = options.MetadataColumns;
        var most = RecordRules.MaximumMetadataValues + TextColumns.Count + 2;
        foreach (var property in line.EnumerateObject())
        {
            var name = property.Name;
            if (_wanted is not null && !IsUsed(name) && name != MetadataName && !_wanted.Contains(name))
            {
                continue;
            }

            if (_found.Count >= most && !IsUsed(name))
            {
                _areTooMany = true;
            }
            else if (!_found.TryAdd(name, property.Value))
            {
                throw new FormatException($"'{name}' is there twice.");
            }
        }
    }

    public string IdColumn { get; }

    public IReadOnlyList<string> TextColumns { get; }

    public bool TryGet(string name, out JsonElement value) => _found.TryGetValue(name, out value);

    /// <summary>What is neither id nor text; the properties of an object called metadata count as properties of the line.</summary>
    /// <param name="metadata">Null for none.</param>
    /// <returns>False when it has too many values.</returns>
    /// <exception cref="FormatException">That object has a name twice.</exception>
    public bool TryMetadata(out JsonObject? metadata)
    {
        metadata = null;
        if (_areTooMany)
        {
            return false;
        }

        var read = new JsonObject();
        JsonElement? nested = TryGet(MetadataName, out var found) && found.ValueKind == JsonValueKind.Object ? found : null;
        var beside = _found.Where(property => !IsUsed(property.Key) && !(_wanted is null && nested is not null && property.Key == MetadataName));
        var within = nested?.EnumerateObject().Select(static property => KeyValuePair.Create(property.Name, property.Value)) ?? [];
        foreach (var (name, value) in beside.Where(IsWanted).Concat(Once(within.Where(IsWanted))))
        {
            Count(value);
            if (_values > RecordRules.MaximumMetadataValues)
            {
                return false;
            }

            read[name] = Node(value);
        }

        metadata = read.Count > 0 ? read : null;
        return true;
    }

    private static IEnumerable<KeyValuePair<string, JsonElement>> Once(IEnumerable<KeyValuePair<string, JsonElement>> properties)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        return properties.Select(property => names.Add(property.Key) ? property : throw new FormatException($"'{property.Key}' is there twice."));
    }

    private bool IsWanted(KeyValuePair<string, JsonElement> property) => _wanted?.Contains(property.Key) != false;

    private bool IsUsed(string name) => name == IdColumn || TextColumns.Contains(name);

    // No further than matters: there may be millions.
    private void Count(JsonElement value)
    {
        if (++_values > RecordRules.MaximumMetadataValues)
        {
            return;
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray().TakeWhile(_ => _values <= RecordRules.MaximumMetadataValues))
            {
                Count(item);
            }
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in value.EnumerateObject().TakeWhile(_ => _values <= RecordRules.MaximumMetadataValues))
            {
                Count(property.Value);
            }
        }
    }

    // A clone outlives the line.
    private static JsonNode? Node(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => JsonObject.Create(value.Clone()),
        JsonValueKind.Array => JsonArray.Create(value.Clone()),
        JsonValueKind.Null => null,
        _ => JsonValue.Create(value.Clone()),
    };
}
