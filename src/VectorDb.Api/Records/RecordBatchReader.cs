using System.Text.Json;
using System.Text.Json.Nodes;
using VectorDb.Api.Json;
using VectorDb.Api.Problems;
using VectorDb.Core.Collections;
using VectorDb.Core.Records;

namespace VectorDb.Api.Records;

/// <summary>Reads <c>{"records":[...]}</c> and checks each record against the collection; tells all that is wrong at once.</summary>
internal static class RecordBatchReader
{
    /// <returns>The records; one that is still to be embedded has an empty vector.</returns>
    /// <exception cref="RequestException">Nothing may be stored, with the index and field of each bad record.</exception>
    public static List<Record> Read(ReadOnlySpan<byte> json, CollectionSpec spec, int most)
    {
        var errors = new FieldErrors();
        try
        {
            var records = Batch(json, spec, most, errors);
            errors.ThrowIfAny();
            return records;
        }
        catch (JsonException exception)
        {
            throw JsonText.Invalid(exception);
        }
        catch (InvalidOperationException)
        {
            throw RequestException.Invalid("body", JsonText.HalfPair);
        }
    }

    private static List<Record> Batch(ReadOnlySpan<byte> json, CollectionSpec spec, int most, FieldErrors errors)
    {
        var cursor = new JsonCursor(json);
        cursor.Next();
        if (cursor.Token != JsonTokenType.StartObject)
        {
            throw RequestException.Invalid("body", "must be a JSON object");
        }

        List<Record>? records = null;
        while (cursor.Next() && cursor.Token == JsonTokenType.PropertyName)
        {
            var isRecords = cursor.Is("records"u8);
            var name = isRecords ? "records" : cursor.Text()!;
            cursor.Next();
            if (!isRecords || records is not null)
            {
                errors.Add(name, isRecords ? "is given twice" : "is not a property of this request");
                cursor.Skip();
            }
            else
            {
                records = Records(ref cursor, spec, most, errors);
            }
        }

        // What follows the object would be another JSON text: the reader refuses it.
        cursor.Next();
        if (records is not { Count: > 0 } && !errors.Any)
        {
            errors.Add("records", "must hold at least one record");
        }

        return records ?? [];
    }

    private static List<Record> Records(ref JsonCursor cursor, CollectionSpec spec, int most, FieldErrors errors)
    {
        var records = new List<Record>();
        var room = new VectorRoom(spec.Dimension);
        if (cursor.Token != JsonTokenType.StartArray)
        {
            errors.Add("records", "must be an array");
            cursor.Skip();
            return records;
        }

        for (var index = 0; cursor.Next() && cursor.Token != JsonTokenType.EndArray; index++)
        {
            if (index == most)
            {
                throw new RequestException(StatusCodes.Status413PayloadTooLarge, $"records: at most {most} in one request; send several.");
            }

            if (cursor.Token != JsonTokenType.StartObject)
            {
                errors.AddRecord(index, "must be an object");
                cursor.Skip();
                continue;
            }

            var depth = cursor.Depth;
            try
            {
                records.Add(Record(ref cursor, spec, room, index, errors));
            }
            catch (InvalidOperationException)
            {
                errors.AddRecord(index, JsonText.HalfPair);
                cursor.SkipRest(depth);
            }
        }

        return records;
    }

    private static Record Record(ref JsonCursor cursor, CollectionSpec spec, VectorRoom room, int index, FieldErrors errors)
    {
        string? id = null;
        string? text = null;
        float[]? vector = null;
        JsonObject? metadata = null;
        var problem = (string?)null;
        while (cursor.Next() && cursor.Token == JsonTokenType.PropertyName)
        {
            string? found;
            if (cursor.Is("id"u8))
            {
                cursor.Next();
                found = id is null ? String(ref cursor, "id", out id) : Twice(ref cursor, "id");
            }
            else if (cursor.Is("text"u8))
            {
                cursor.Next();
                found = text is null ? String(ref cursor, "text", out text) : Twice(ref cursor, "text");
            }
            else if (cursor.Is("vector"u8))
            {
                cursor.Next();
                found = vector is null ? Vector(ref cursor, room, out vector) : Twice(ref cursor, "vector");
            }
            else if (cursor.Is("metadata"u8))
            {
                cursor.Next();
                found = metadata is null ? Metadata(ref cursor, out metadata) : Twice(ref cursor, "metadata");
            }
            else
            {
                found = $"{cursor.Text()}: is not a property of a record";
                cursor.Next();
                cursor.Skip();
            }

            problem ??= found;
        }

        problem ??= RecordRules.CheckId(id) ?? RecordRules.CheckText(text) ?? RecordRules.CheckMetadata(metadata)
            ?? (vector is not null ? RecordRules.CheckVector(spec, vector)
                : string.IsNullOrWhiteSpace(text) ? "text: is empty and there is no vector; a record needs one of them" : null);
        if (problem is not null)
        {
            errors.AddRecord(index, problem);
        }

        return new Record(id ?? "", text, vector, metadata);
    }

    private static string? String(ref JsonCursor cursor, string field, out string? value)
    {
        value = cursor.Text();
        if (value is null && cursor.Token != JsonTokenType.Null)
        {
            cursor.Skip();
            return $"{field}: must be a string";
        }

        return null;
    }

    private static string? Vector(ref JsonCursor cursor, VectorRoom room, out float[]? vector)
    {
        vector = null;
        if (cursor.Token == JsonTokenType.Null)
        {
            return null;
        }

        var wrong = cursor.Vector(room.Numbers, out var count);
        if (wrong is not null || count != room.Dimension)
        {
            return $"vector: {wrong ?? $"{count} numbers, the collection has dimension {room.Dimension}"}";
        }

        vector = room.Take();
        return null;
    }

    private static string? Metadata(ref JsonCursor cursor, out JsonObject? metadata)
    {
        var isNull = cursor.Token == JsonTokenType.Null;
        var wrong = cursor.Node(RecordRules.MaximumMetadataValues, out var node);
        metadata = node as JsonObject;
        return wrong is not null ? $"metadata: {wrong}"
            : metadata is null && !isNull ? "metadata: must be an object"
            : null;
    }

    /// <summary>Where the next vector is read to. A bad vector leaves it to the next, so that thousands of bad ones take no more room than one.</summary>
    private sealed class VectorRoom(int dimension)
    {
        private float[]? _numbers;

        public int Dimension => dimension;

        public float[] Numbers => _numbers ??= new float[dimension];

        public float[] Take()
        {
            var taken = Numbers;
            _numbers = null;
            return taken;
        }
    }

    private static string Twice(ref JsonCursor cursor, string field)
    {
        cursor.Skip();
        return $"{field}: is given twice";
    }
}
