using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace VectorDb.Core.Ingest;

/// <summary>
/// Ids met so far in one file, as 128-bit hashes: about 50 bytes a row, 5 MB for 100,000. Pieces take no room: what they are called
/// follows from their row's id and from how many there are.
/// </summary>
internal sealed class SeenIds
{
    private readonly Dictionary<UInt128, Row> _rows = [];

    /// <param name="pieces">The number of the last piece that the row was cut into; 0 for a row that stays whole.</param>
    /// <returns>The row that had this id, or that of one of its pieces, first; null when there is none and it is this row's now.</returns>
    public long? FirstRowOf(string id, int pieces, long row)
    {
        if (FirstRowOf(id, pieces) is { } first)
        {
            return first;
        }

        _rows.Add(Hash(id), new Row(row, pieces));
        return null;
    }

    /// <summary>The same for a row that the file gives no id, and that no other can repeat.</summary>
    public long? FirstRowOf(string id, int pieces)
    {
        if (_rows.TryGetValue(Hash(id), out var same))
        {
            return same.Number;
        }

        if (PieceIds.TryParse(id, out var whole, out var number) && _rows.TryGetValue(Hash(whole), out var cut) && cut.Pieces >= number)
        {
            return cut.Number;
        }

        for (var piece = 1; piece <= pieces; piece++)
        {
            if (_rows.TryGetValue(Hash(PieceIds.Of(id, piece)), out var named))
            {
                return named.Number;
            }
        }

        return null;
    }

    public static UInt128 Hash(string text) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(text.AsSpan()));

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Row(long Number, int Pieces);
}
