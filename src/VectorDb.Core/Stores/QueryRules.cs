using System.Buffers.Text;
using System.Text;
using VectorDb.Core.Collections;
using VectorDb.Core.Records;

namespace VectorDb.Core.Stores;

internal static class QueryRules
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public const int MaximumTopK = 1_000;
    public const int MaximumPage = 1_000;

    /// <summary>Of the texts in one answer together: a thousand of the longest would take gigabytes.</summary>
    public const int MaximumLetters = 16 * 1024 * 1024;

    public static void Check(CollectionSpec spec, SearchQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.TopK is < 1 or > MaximumTopK)
        {
            throw new InvalidQueryException("topK", $"topK is 1 to {MaximumTopK}, not {query.TopK}.");
        }

        if (RecordRules.CheckVector(spec, query.Vector.Span) is { } reason)
        {
            throw new InvalidQueryException("vector", reason);
        }
    }

    /// <summary>To be asked with each result that is read, so that no more of them are.</summary>
    /// <param name="letters">Of the texts of all results so far.</param>
    public static void CheckLetters(long letters)
    {
        if (letters > MaximumLetters)
        {
            throw new InvalidQueryException("topK", "the texts of so many results are too long together; ask for fewer");
        }
    }

    public static int Limit(int limit) => limit is >= 1 and <= MaximumPage
        ? limit
        : throw new InvalidQueryException("limit", $"limit is 1 to {MaximumPage}, not {limit}.");

    /// <param name="items">One more than a page holds, if there are so many.</param>
    public static Page<T> Page<T>(List<T> items, int size, Func<T, string> key)
    {
        if (items.Count <= size)
        {
            return new Page<T>(items, NextCursor: null);
        }

        items.RemoveRange(size, items.Count - size);
        return new Page<T>(items, Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key(items[^1]))));
    }

    /// <returns>The last id of the page before; empty, which is less than any id, for the first.</returns>
    public static string Cursor(string? cursor)
    {
        try
        {
            return cursor is null ? "" : StrictUtf8.GetString(Base64Url.DecodeFromChars(cursor));
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            throw new InvalidQueryException("cursor", "The cursor is not one that this API gave out.");
        }
    }
}
