using System.Numerics;
using VectorDb.Core.Filters;

namespace VectorDb.Core.Search;

/// <summary>A segment as a search sees it.</summary>
/// <param name="Count">Rows it may read.</param>
/// <param name="Alive">One bit a row: clear for one that was deleted or replaced.</param>
internal readonly record struct SegmentView(Segment Segment, int Count, ulong[] Alive)
{
    /// <param name="buffer">Room for a bit for each row.</param>
    /// <returns>One bit a row, set for those that are there and match.</returns>
    public Span<ulong> Select(CompiledFilter? filter, Span<ulong> buffer)
    {
        var rows = buffer[..((Count + 63) / 64)];
        Alive.AsSpan(0, rows.Length).CopyTo(rows);
        if (Count % 64 is var rest and > 0)
        {
            rows[^1] &= (1ul << rest) - 1;
        }

        if (filter is not null)
        {
            Segment.Metadata.Narrow(filter, rows);
        }

        return rows;
    }

    public int AliveCount => Alive.Sum(BitOperations.PopCount);
}

/// <summary>An index at one moment: writes go into the next one.</summary>
/// <param name="Sequence">The last change that is in it.</param>
internal sealed record Snapshot(SegmentView[] Segments, long Sequence)
{
    public static Snapshot Empty { get; } = new([], 0);
}
