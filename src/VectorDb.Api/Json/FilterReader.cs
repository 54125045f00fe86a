using System.Text.Json;
using System.Text.Json.Nodes;
using VectorDb.Core.Filters;

namespace VectorDb.Api.Json;

/// <summary>Reads a filter out of a request. However large a body may be, it is not taken apart further than a filter can be.</summary>
internal static class FilterReader
{
    /// <returns>Null, or what is wrong with it; the cursor is past it.</returns>
    public static string? Read(ref JsonCursor cursor, out JsonObject? filter)
    {
        filter = null;
        if (cursor.Token != JsonTokenType.StartObject)
        {
            cursor.Skip();
            return "must be an object";
        }

        var wrong = cursor.Node(FilterParser.MaximumValues, out var node);
        filter = node as JsonObject;
        return wrong;
    }

    /// <exception cref="FilterException">It is not a filter.</exception>
    public static Filter Parse(JsonObject filter) => FilterParser.Parse(JsonSerializer.SerializeToElement(filter, ApiJson.Default.JsonObject));
}
