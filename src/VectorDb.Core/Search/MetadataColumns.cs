using System.Collections.Concurrent;
using System.Text.Json;
using VectorDb.Core.Filters;

namespace VectorDb.Core.Search;

/// <summary>
/// Every scalar in the metadata of a segment's records, by dotted path, so that a filter reads columns and no JSON. A property whose name
/// has dots shares the column of the path that reads the same.
/// </summary>
internal sealed class MetadataColumns
{
    // In characters, of a path of the longest key that a filter may have, while it is still UTF-8 with escapes.
    private const int MaximumPath = 6 * FilterParser.MaximumKeyLength;

    private readonly ConcurrentDictionary<string, Column<double>> _numbers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Column<ulong>> _tokens = new(StringComparer.Ordinal);

    /// <param name="metadata">UTF-8 JSON object; empty for none.</param>
    public void Add(int row, ReadOnlySpan<byte> metadata)
    {
        if (metadata.IsEmpty)
        {
            return;
        }

        var reader = new Utf8JsonReader(metadata);
        reader.Read();
        AddObject(ref reader, row, stackalloc char[MaximumPath], length: 0);
    }

    /// <inheritdoc cref="Column{T}.AddFrom"/>
    public void AddFrom(MetadataColumns other, ReadOnlySpan<int> places)
    {
        AddFrom(_numbers, other._numbers, places);
        AddFrom(_tokens, other._tokens, places);
    }

    /// <summary>Leaves the bits of the rows that match, of those set.</summary>
    /// <param name="mask">One bit for each row that the reader knows of.</param>
    public void Narrow(CompiledFilter filter, Span<ulong> mask)
    {
        // The writer may have added any number of rows since the reader's snapshot: there is room for all of them, and theirs are left out.
        Span<ulong> hits = stackalloc ulong[Segment.MaximumRows / 64];
        foreach (var test in filter.Must)
        {
            hits.Clear();
            Select(test, hits);
            And(mask, hits);
        }

        if (filter.Should.Length > 0)
        {
            hits.Clear();
            foreach (var test in filter.Should)
            {
                Select(test, hits);
            }

            And(mask, hits);
        }

        if (filter.MustNot.Length > 0)
        {
            hits.Clear();
            foreach (var test in filter.MustNot)
            {
                Select(test, hits);
            }

            for (var i = 0; i < mask.Length; i++)
            {
                mask[i] &= ~hits[i];
            }
        }
    }

    // Keys that only records had that are gone are let go with them.
    private static void AddFrom<T>(
        ConcurrentDictionary<string, Column<T>> columns, ConcurrentDictionary<string, Column<T>> others, ReadOnlySpan<int> places)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        foreach (var (path, other) in others)
        {
            if (other.HasAny(places))
            {
                Column(columns, path).AddFrom(other, places);
            }
        }
    }

    private static void And(Span<ulong> mask, ReadOnlySpan<ulong> hits)
    {
        for (var i = 0; i < mask.Length; i++)
        {
            mask[i] &= hits[i];
        }
    }

    private void Select(Test test, Span<ulong> hits)
    {
        if (test.Token != 0)
        {
            if (_tokens.TryGetValue(test.Path, out var tokens))
            {
                tokens.Select(test.Token, test.Token, hits);
            }
        }
        else if (_numbers.TryGetValue(test.Path, out var numbers))
        {
            numbers.Select(test.Low, test.High, hits);
        }
    }

    // The path of the object that the reader is in stands in the first characters of the buffer.
    private void AddObject(ref Utf8JsonReader reader, int row, scoped Span<char> path, int length)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var inner = Append(ref reader, path, length);
            reader.Read();
            if (inner == 0 || (reader.TokenType == JsonTokenType.StartObject && length == 0 && path[..inner].Contains('.')))
            {
                reader.Skip();
            }
            else if (reader.TokenType == JsonTokenType.StartObject)
            {
                AddObject(ref reader, row, path, inner);
            }
            else if (reader.TokenType == JsonTokenType.StartArray)
            {
                AddItems(ref reader, row, path[..inner]);
            }
            else
            {
                AddScalar(ref reader, row, path[..inner]);
            }
        }
    }

    private void AddItems(ref Utf8JsonReader reader, int row, scoped ReadOnlySpan<char> path)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                reader.Skip();
            }
            else
            {
                AddScalar(ref reader, row, path);
            }
        }
    }

    private void AddScalar(ref Utf8JsonReader reader, int row, scoped ReadOnlySpan<char> path)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                Column(_numbers, path).Add(row, reader.GetDouble());
                break;
            case JsonTokenType.True or JsonTokenType.False:
                Column(_tokens, path).Add(row, Tokens.Of(reader.GetBoolean()));
                break;
            case JsonTokenType.String:
                Column(_tokens, path).Add(row, Tokens.Of(ref reader));
                break;
        }
    }

    private static Column<T> Column<T>(ConcurrentDictionary<string, Column<T>> columns, scoped ReadOnlySpan<char> path)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        if (!columns.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(path, out var column))
        {
            columns[path.ToString()] = column = new Column<T>();
        }

        return column;
    }

    /// <returns>The longer path's length; zero for a key that no filter can name: too long, or with a dot in it below the top.</returns>
    private static int Append(ref Utf8JsonReader reader, scoped Span<char> path, int length)
    {
        var start = length == 0 ? 0 : length + 1;
        if (reader.ValueSpan.Length > path.Length - start)
        {
            return 0;
        }

        var written = reader.CopyString(path[start..]);
        if (written == 0 || (start > 0 && path.Slice(start, written).Contains('.')))
        {
            return 0;
        }

        if (start > 0)
        {
            path[start - 1] = '.';
        }

        return start + written;
    }
}
