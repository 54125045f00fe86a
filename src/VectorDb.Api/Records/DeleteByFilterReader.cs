using System.Text.Json;
using System.Text.Json.Nodes;
using VectorDb.Api.Json;
using VectorDb.Api.Problems;
using VectorDb.Core.Filters;

namespace VectorDb.Api.Records;

/// <summary>Reads <c>{"filter":{...}}</c>.</summary>
internal static class DeleteByFilterReader
{
    private const string Name = "filter";

    /// <exception cref="RequestException">It is not such a request.</exception>
    /// <exception cref="FilterException">Its filter is none.</exception>
    public static Filter Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return FilterReader.Parse(Find(json));
        }
        catch (JsonException exception)
        {
            throw JsonText.Invalid(exception);
        }
    }

    private static JsonObject Find(ReadOnlySpan<byte> json)
    {
        var cursor = new JsonCursor(json);
        cursor.Next();
        if (cursor.Token != JsonTokenType.StartObject)
        {
            throw RequestException.Invalid("body", "must be a JSON object");
        }

        var errors = new FieldErrors();
        JsonObject? filter = null;
        while (cursor.Next() && cursor.Token == JsonTokenType.PropertyName)
        {
            var name = cursor.Text()!;
            cursor.Next();
            var wrong = name != Name ? "is not a property of this request"
                : filter is not null ? "is given twice"
                : FilterReader.Read(ref cursor, out filter);
            cursor.Skip();
            if (wrong is not null)
            {
                errors.Add(name, wrong);
            }
        }

        cursor.Next();
        errors.ThrowIfAny();
        return filter ?? throw RequestException.Invalid("body", $"lacks {Name}");
    }
}
