using System.Globalization;
using System.Text.Json.Nodes;
using VectorDb.Core.Filters;

namespace VectorDb.Core.Ingest.Reading;

/// <summary>Values of CSV cells, which have no types of their own.</summary>
internal static class Cells
{
    private const int LongestNumber = 24;

    /// <summary>
    /// A number when the cell is written as JSON writes one (so "007" and "1e5x" stay text) and no digit of it would be lost, true or false,
    /// null for an empty cell, else the text: filters compare by value, and numbers as doubles.
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

        if (!cell.AsSpan(1).ContainsAnyExceptInRange('0', '9'))
        {
            return long.TryParse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
                && whole is >= -FilterParser.MaximumInteger and <= FilterParser.MaximumInteger
                && whole.ToString(CultureInfo.InvariantCulture) == cell
                ? JsonValue.Create(whole)
                : null;
        }

        var digits = cell.AsSpan().TrimStart('-');
        var hasLeadingZero = digits is ['0', not '.', ..];
        return !hasLeadingZero
            && double.TryParse(cell, NumberStyles.Float & ~NumberStyles.AllowLeadingWhite & ~NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
            && Digits(cell) is var given
            && (given == Digits(number.ToString("R", CultureInfo.InvariantCulture)) || given == Digits(number.ToString("E16", CultureInfo.InvariantCulture)))
            ? JsonValue.Create(number)
            : null;
    }

    // Those that count. A double is printed with the fewest that tell it from others, or with 17.
    private static string Digits(string number)
    {
        var exponent = number.AsSpan().IndexOfAny('e', 'E');
        var mantissa = exponent < 0 ? number : number[..exponent];
        return mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('-').Trim('0');
    }
}
