using System.Text.Json;
using System.Text.Json.Nodes;

namespace VectorDb.Api.Json;

/// <summary>A forward walk over a JSON body that can leave the token reader for a while, to read vectors fast.</summary>
internal ref struct JsonCursor
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = JsonText.MaxDepth };
    private static readonly JsonDocumentOptions NodeOptions = new() { MaxDepth = JsonText.MaxDepth, AllowDuplicateProperties = false };

    private readonly ReadOnlySpan<byte> _json;
    private Utf8JsonReader _reader;
    private int _offset;

    public JsonCursor(ReadOnlySpan<byte> json)
    {
        _json = json;
        _reader = new Utf8JsonReader(json, isFinalBlock: true, new JsonReaderState(Options));
    }

    public readonly JsonTokenType Token => _reader.TokenType;

    public readonly int Depth => _reader.CurrentDepth;

    private readonly int Position => _offset + (int)_reader.BytesConsumed;

    /// <exception cref="JsonException">What follows is not JSON.</exception>
    public bool Next() => _reader.Read();

    public readonly bool Is(ReadOnlySpan<byte> property) => _reader.ValueTextEquals(property);

    /// <summary>The string or property name here, or null when the token is neither.</summary>
    /// <exception cref="InvalidOperationException">It has half a surrogate pair.</exception>
    public readonly string? Text() => Token is JsonTokenType.String or JsonTokenType.PropertyName ? _reader.GetString() : null;

    public readonly bool TryNumber(out double value)
    {
        value = 0;
        return Token == JsonTokenType.Number && _reader.TryGetDouble(out value) && double.IsFinite(value);
    }

    public readonly bool TryInteger(out int value)
    {
        value = 0;
        return Token == JsonTokenType.Number && _reader.TryGetInt32(out value);
    }

    /// <summary>Past the value here, whatever it is.</summary>
    public void Skip() => _reader.Skip();

    /// <summary>To the end of the object that began at this depth, from anywhere inside it.</summary>
    public void SkipRest(int depth)
    {
        while (Token != JsonTokenType.EndObject || Depth > depth)
        {
            Next();
        }
    }

    /// <summary>The value here and past it; null for a JSON null. More than <paramref name="most"/> values in it are refused: nodes take far more memory than their text.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    /// <exception cref="InvalidOperationException">A name in it has half a surrogate pair.</exception>
    public string? Node(int most, out JsonNode? node)
    {
        var start = _offset + (int)_reader.TokenStartIndex;
        var (depth, values) = (_reader.CurrentDepth, 0);
        var isOpen = Token is JsonTokenType.StartObject or JsonTokenType.StartArray;
        while (isOpen && Next() && _reader.CurrentDepth > depth)
        {
            values += Token is JsonTokenType.PropertyName or JsonTokenType.EndObject or JsonTokenType.EndArray ? 0 : 1;
        }

        node = null;
        if (values > most)
        {
            return $"more than {most} values";
        }

        try
        {
            node = Parse(start);
            return null;
        }
        catch (JsonException)
        {
            // Of what the reader has just walked over.
            return "has an object with two properties of the same name";
        }
    }

    /// <summary>The array of numbers here, at its opening bracket, and past it.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public string? Vector(Span<float> target, out int count)
    {
        count = 0;
        if (Token != JsonTokenType.StartArray)
        {
            Skip();
            return "must be an array of numbers";
        }

        var start = Position;
        var state = _reader.CurrentState;
        var depth = _reader.CurrentDepth;
        var error = VectorReader.Read(_json[start..], target, out count, out var consumed);
        _offset = error is null ? start + consumed : start;
        _reader = new Utf8JsonReader(_json[_offset..], isFinalBlock: true, state);
        while (Next() && !(Token == JsonTokenType.EndArray && _reader.CurrentDepth == depth))
        {
        }

        return error;
    }

    private readonly JsonNode? Parse(int start) => JsonNode.Parse(_json[start..Position], documentOptions: NodeOptions);
}
