using System.Globalization;

namespace VectorDb.Core.Ingest;

/// <summary>Ids of the pieces of a row: its own, <c>#</c>, and a number from 1.</summary>
internal static class PieceIds
{
    private const char Separator = '#';

    public static string Of(string id, int number) => string.Create(CultureInfo.InvariantCulture, $"{id}{Separator}{number}");

    public static bool TryParse(string id, out string whole, out int number)
    {
        var at = id.LastIndexOf(Separator);
        whole = at > 0 ? id[..at] : "";
        // Written as it is counted, so that one id never stands for two pieces: "a#02" is none.
        return int.TryParse(id.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out number) && at > 0 && number > 0 && id[at + 1] != '0';
    }
}
