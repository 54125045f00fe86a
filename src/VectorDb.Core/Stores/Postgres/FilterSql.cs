using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using VectorDb.Core.Filters;

namespace VectorDb.Core.Stores.Postgres;

/// <summary>
/// A filter as a condition on the column <c>metadata</c>, with the very meaning it has in memory. Keys and values go as parameters.
/// Strings and booleans become containment tests, which the GIN index answers; numbers are compared as doubles.
/// </summary>
internal static class FilterSql
{
    public static string Where(Filter? filter, NpgsqlParameterCollection parameters)
    {
        if (filter is null)
        {
            return "true";
        }

        var compiled = new CompiledFilter(filter);
        var parts = compiled.Must.Select(test => Condition(test, parameters)).ToList();
        if (compiled.Should.Length > 0)
        {
            parts.Add($"({string.Join(" OR ", compiled.Should.Select(test => Condition(test, parameters)))})");
        }

        // A record without the key gives null, which is not true, and so is not excluded.
        parts.AddRange(compiled.MustNot.Select(test => $"{Condition(test, parameters)} IS NOT TRUE"));
        return parts.Count == 0 ? "true" : string.Join(" AND ", parts);
    }

    private static string Condition(Test test, NpgsqlParameterCollection parameters)
    {
        string[][] places = test.IsPath ? [[test.Path], test.Path.Split('.')] : [[test.Path]];
        return $"({string.Join(" OR ", test.Token == 0 ? Ranges(test, places, parameters) : Matches(test, places, parameters))})";
    }

    private static IEnumerable<string> Ranges(Test test, string[][] places, NpgsqlParameterCollection parameters)
    {
        var (low, high) = (Add(parameters, test.Low, NpgsqlDbType.Double), Add(parameters, test.High, NpgsqlDbType.Double));
        foreach (var place in places)
        {
            // -> with a text key gives null on arrays, where a path would take "0" for an index.
            var value = "metadata" + string.Concat(place.Select(name => $" -> {Add(parameters, name, NpgsqlDbType.Text)}"));
            yield return $"""
                EXISTS (
                  SELECT FROM jsonb_array_elements(
                    CASE jsonb_typeof({value}) WHEN 'array' THEN {value} ELSE jsonb_build_array({value}) END) AS item
                  WHERE CASE jsonb_typeof(item) WHEN 'number' THEN item::text::float8 BETWEEN {low} AND {high} ELSE false END)
                """;
        }
    }

    private static IEnumerable<string> Matches(Test test, string[][] places, NpgsqlParameterCollection parameters)
    {
        foreach (var place in places)
        {
            JsonValue Scalar() => test.Text is not null ? JsonValue.Create(test.Text) : JsonValue.Create(test.Flag!.Value);
            var alone = Add(parameters, Nested(place, Scalar()).ToJsonString(), NpgsqlDbType.Jsonb);
            var listed = Add(parameters, Nested(place, new JsonArray(Scalar())).ToJsonString(), NpgsqlDbType.Jsonb);
            yield return $"metadata @> {alone} OR metadata @> {listed}";
        }
    }

    private static JsonNode Nested(string[] path, JsonNode value) =>
        path.Reverse().Aggregate(value, static (inner, name) => new JsonObject { [name] = inner });

    private static string Add(NpgsqlParameterCollection parameters, object value, NpgsqlDbType type)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"f{parameters.Count}");
        parameters.Add(new NpgsqlParameter(name, type) { Value = value });
        return "@" + name;
    }
}
