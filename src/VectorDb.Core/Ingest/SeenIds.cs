using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace VectorDb.Core.Ingest;

/// <summary>Ids met so far in one file, as 128-bit hashes: about 40 bytes an id, 4 MB for 100,000.</summary>
internal sealed class SeenIds
{
    private readonly Dictionary<UInt128, long> _rows = [];

    /// <returns>The row that had this id first, or null when this one is it.</returns>
    public long? FirstRowOf(string id, long row)
    {
        ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_rows, Hash(id), out var seen);
        if (seen)
        {
            return first;
        }

        first = row;
        return null;
    }

    public static UInt128 Hash(string text) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(text.AsSpan()));
}
