using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using VectorDb.Api.Json;
using VectorDb.Api.Problems;
using VectorDb.Core.Collections;
using VectorDb.Core.Records;
using VectorDb.Core.Stores;

namespace VectorDb.Api.Search;

/// <summary>Reads a search request. A query of 1,536 numbers takes most of the body, so it does not go through a serialiser.</summary>
internal static class SearchReader
{
    public const int MostResults = 1000;
    public const int DefaultResults = 10;

    /// <returns>The query, and the text to embed when it came without a vector.</returns>
    /// <exception cref="RequestException">It is not a search that this collection can answer.</exception>
    public static (SearchQuery Query, string? Text) Read(ReadOnlySpan<byte> json, CollectionSpec spec)
    {
        try
        {
            var fields = new Fields();
            fields.Read(json, spec);
            return fields.Query(spec);
        }
        catch (JsonException exception)
        {
            throw JsonText.Invalid(exception);
        }
    }

    private sealed class Fields
    {
        private readonly FieldErrors _errors = new();
        private static readonly FrozenSet<string> Names = ["vector", "text", "topK", "filter", "exact", "includeVectors", "minScore"];
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
        private string? _text;
        private float[]? _vector;
        private int _topK = DefaultResults;
        private JsonObject? _filter;
        private bool _exact;
        private float? _minScore;
        private bool _includeVectors;

        public void Read(ReadOnlySpan<byte> json, CollectionSpec spec)
        {
            var cursor = new JsonCursor(json);
            cursor.Next();
            if (cursor.Token != JsonTokenType.StartObject)
            {
                throw RequestException.Invalid("body", "must be a JSON object");
            }

            while (cursor.Next() && cursor.Token == JsonTokenType.PropertyName)
            {
                var name = cursor.Text()!;
                cursor.Next();
                // A caller can make up millions of names: none of them is kept.
                var wrong = !Names.Contains(name) ? "is not a property of a search"
                    : !_seen.Add(name) ? "is given twice"
                    : cursor.Token == JsonTokenType.Null ? null : Field(name, ref cursor, spec);
                cursor.Skip();
                if (wrong is not null)
                {
                    _errors.Add(name, wrong);
                }
            }

            cursor.Next();
        }

        public (SearchQuery Query, string? Text) Query(CollectionSpec spec)
        {
            if (!_errors.Any)
            {
                if (_text is null == _vector is null)
                {
                    _errors.Add("text", "give either text or vector");
                }
                else if (_text is not null && string.IsNullOrWhiteSpace(_text))
                {
                    _errors.Add("text", "is empty");
                }
                else if (_vector is not null && RecordRules.CheckVector(spec, _vector) is { } problem)
                {
                    _errors.Add("vector", problem[(problem.IndexOf(": ", StringComparison.Ordinal) + 2)..]);
                }
            }

            _errors.ThrowIfAny();
            var filter = _filter is null ? null : FilterReader.Parse(_filter);
            return (new SearchQuery(_vector, _topK, filter, _exact, _minScore, _includeVectors), _text);
        }

        private string? Field(string name, ref JsonCursor cursor, CollectionSpec spec)
        {
            switch (name)
            {
                case "vector":
                    _vector = new float[spec.Dimension];
                    var wrong = cursor.Vector(_vector, out var count);
                    return wrong ?? (count == spec.Dimension ? null : $"{count} numbers, the collection has dimension {spec.Dimension}");
                case "text":
                    return (_text = cursor.Token == JsonTokenType.String ? cursor.Text() : null) is null ? "must be a string" : null;
                case "topK":
                    return cursor.TryInteger(out _topK) && _topK is >= 1 and <= MostResults ? null : $"must be a whole number from 1 to {MostResults}";
                case "filter":
                    return FilterReader.Read(ref cursor, out _filter);
                case "exact":
                    return Switch(cursor.Token, out _exact);
                case "includeVectors":
                    return Switch(cursor.Token, out _includeVectors);
                default:
                    var isNumber = cursor.TryNumber(out var score);
                    _minScore = (float)score;
                    return isNumber ? null : "must be a number";
            }
        }

        private static string? Switch(JsonTokenType token, out bool value)
        {
            value = token == JsonTokenType.True;
            return token is JsonTokenType.True or JsonTokenType.False ? null : "must be true or false";
        }
    }
}
