using System.Globalization;
using System.Text.Json.Nodes;

namespace VectorDb.Core.Ingest.Reading;

/// <summary>Values of CSV cells, which have no types of their own.</summary>
internal static class Cells
{
    private const int LongestNumber = 24;

    /// <summary>
    /// A number when the cell is written as JSON writes one (so "007" and "1e5x" stay text), true or false, null for an empty cell,
    /// else the text: filters compare by value.
    /// </summary>
    public static JsonValue? Typed(string cell) => cell switch
    {
        "" => null,
        "true" or "True" or "TRUE" => JsonValue.Create(true),
        "false" or "False" or "FALSE" => JsonValue.Create(false),
        _ => Number(cell) ?? JsonValue.Create(cell),
    };

    private static JsonValue? Number(string cell)
    {
        if (cell.Length > LongestNumber || !(char.IsAsciiDigit(cell[^1]) && (cell[0] == '-' || char.IsAsciiDigit(cell[0]))))
        {
            return null;
        }

        if (long.TryParse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return whole.ToString(CultureInfo.InvariantCulture) == cell ? JsonValue.Create(whole) : null;
        }

        var digits = cell.AsSpan().TrimStart('-');
        var hasLeadingZero = digits is ['0', not '.', ..];
        return !hasLeadingZero
            && double.TryParse(cell, NumberStyles.Float & ~NumberStyles.AllowLeadingWhite & ~NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
            ? JsonValue.Create(number)
            : null;
    }
}
