using System.Globalization;
using VectorDb.Api.Problems;

namespace VectorDb.Api.Json;

internal static class Paging
{
    public const int Default = 100;
    public const int Most = 1000;

    /// <exception cref="RequestException">It is not a number of items to a page.</exception>
    public static int Limit(string? text) =>
        text is null ? Default
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= Most ? limit
        : throw RequestException.Invalid("limit", $"must be 1 to {Most}");
}
