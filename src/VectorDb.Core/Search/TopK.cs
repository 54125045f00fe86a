using System.Runtime.InteropServices;

namespace VectorDb.Core.Search;

/// <param name="Sequence">The record's change sequence, its key in the store.</param>
/// <param name="Score">Higher is nearer.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Neighbour(long Sequence, float Score);

/// <summary>The best few of many, as a heap with the worst of them on top.</summary>
internal sealed class TopK(int capacity)
{
    private readonly Neighbour[] _heap = new Neighbour[capacity];
    private int _count;

    /// <summary>What a newcomer must beat; negative infinity while there is room.</summary>
    public float Threshold => _count < _heap.Length ? float.NegativeInfinity : _heap[0].Score;

    public void Offer(long sequence, float score)
    {
        var newcomer = new Neighbour(sequence, score);
        if (_count < _heap.Length)
        {
            _heap[_count] = newcomer;
            RiseFrom(_count++);
        }
        else if (IsWorse(_heap[0], newcomer))
        {
            _heap[0] = newcomer;
            SinkFromTop();
        }
    }

    public void Add(TopK other)
    {
        foreach (var (sequence, score) in other._heap.AsSpan(0, other._count))
        {
            Offer(sequence, score);
        }
    }

    /// <returns>Best first; of equal scores the older record first.</returns>
    public Neighbour[] Sorted()
    {
        var sorted = _heap.AsSpan(0, _count).ToArray();
        Array.Sort(sorted, static (left, right) => IsWorse(left, right) ? 1 : left == right ? 0 : -1);
        return sorted;
    }

    private static bool IsWorse(Neighbour left, Neighbour right) =>
        left.Score < right.Score || (left.Score == right.Score && left.Sequence > right.Sequence);

    private void RiseFrom(int child)
    {
        while (child > 0 && (child - 1) / 2 is var parent && IsWorse(_heap[child], _heap[parent]))
        {
            (_heap[child], _heap[parent]) = (_heap[parent], _heap[child]);
            child = parent;
        }
    }

    private void SinkFromTop()
    {
        for (var parent = 0; ;)
        {
            var child = (2 * parent) + 1;
            if (child >= _count)
            {
                return;
            }

            if (child + 1 < _count && IsWorse(_heap[child + 1], _heap[child]))
            {
                child++;
            }

            if (!IsWorse(_heap[child], _heap[parent]))
            {
                return;
            }

            (_heap[child], _heap[parent]) = (_heap[parent], _heap[child]);
            parent = child;
        }
    }
}
