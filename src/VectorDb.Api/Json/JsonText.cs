using System.Text.Json;
using System.Text.Unicode;
using VectorDb.Api.Problems;

namespace VectorDb.Api.Json;

/// <summary>What every JSON text from outside must be before anything else looks at it.</summary>
internal static class JsonText
{
    /// <summary>Deepest nesting of arrays and objects.</summary>
    public const int MaxDepth = 64;

    public const string HalfPair = @"holds half a surrogate pair (\ud800 to \udfff alone)";

    /// <exception cref="RequestException">It is not UTF-8.</exception>
    public static void CheckEncoding(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            throw RequestException.Invalid("body", "is not valid UTF-8");
        }
    }

    /// <exception cref="RequestException">It has half a surrogate pair or a U+0000, which no store can keep.</exception>
    public static void CheckStrings(ReadOnlySpan<byte> json)
    {
        // Only an escape can spell those, so a text without one needs no second look.
        if (json.IndexOf(@"\u"u8) >= 0)
        {
            CheckEscapes(json);
        }
    }

    public static RequestException Invalid(JsonException exception)
    {
        var path = exception.Path is { Length: > 2 } found && found.StartsWith("$.", StringComparison.Ordinal) ? found[2..] : "body";
        return RequestException.Invalid(path, Reason(exception.Message));
    }

    /// <summary>The serialiser explains itself with the names of types, which say nothing to a caller.</summary>
    private static string Reason(string message)
    {
        const string Lacking = "including: ";
        if (message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal))
        {
            return "is not a property of this request";
        }

        if (message.Contains("could not be converted to", StringComparison.Ordinal))
        {
            return "has a value that is not taken here; /docs lists those that are";
        }

        if (message.Contains("doesn't allow null", StringComparison.Ordinal))
        {
            return "must not be null";
        }

        var end = message.IndexOf(" Path: ", StringComparison.Ordinal);
        var text = end > 0 ? message[..end] : message;
        var lacking = text.IndexOf(Lacking, StringComparison.Ordinal);
        return lacking > 0 ? $"lacks {text[(lacking + Lacking.Length)..]}" : text;
    }

    private static void CheckEscapes(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped
                    && reader.GetString()!.Contains('\0', StringComparison.Ordinal))
                {
                    throw RequestException.Invalid("body", @"holds \u0000, which cannot be stored");
                }
            }
        }
        catch (InvalidOperationException)
        {
            throw RequestException.Invalid("body", HalfPair);
        }
        catch (JsonException exception)
        {
            throw Invalid(exception);
        }
    }
}
