using System.Numerics;

namespace VectorDb.Core.Search;

/// <summary>A segment as a search sees it.</summary>
/// <param name="Count">Rows it may read.</param>
/// <param name="Alive">One bit a row: clear for one that was deleted or replaced.</param>
internal readonly record struct SegmentView(Segment Segment, int Count, ulong[] Alive)
{
    public int AliveCount => Alive.Sum(BitOperations.PopCount);
}

/// <summary>An index at one moment: writes go into the next one.</summary>
/// <param name="Sequence">The last change that is in it.</param>
internal sealed record Snapshot(SegmentView[] Segments, long Sequence)
{
    public static Snapshot Empty { get; } = new([], 0);
}
