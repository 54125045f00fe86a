using VectorDb.Core.Collections;

namespace VectorDb.Core.Search;

/// <summary>
/// The vectors of one collection in memory. One writer at a time prepares changes and publishes them together; searches run on the
/// snapshot published last, with no lock.
/// </summary>
internal sealed class VectorIndex(Metric metric, int dimension)
{
    private const int FirstRows = 64;

    private readonly Rotation _rotation = new(dimension);
    private readonly List<SegmentView> _next = [];
    private readonly List<Task> _encoding = [];
    private bool _hasRemovals;
    private Snapshot _current = Snapshot.Empty;

    public Snapshot Current => Volatile.Read(ref _current);

    /// <param name="sequence">Greater than all before it.</param>
    public void Append(long sequence, ReadOnlySpan<float> vector, ReadOnlySpan<byte> metadata)
    {
        var view = Room();
        var row = view.Segment.Count;
        view.Segment.Append(sequence, vector, metadata);
        // No reader looks at the bit of a row beyond its count, so it may be set in place.
        Interlocked.Or(ref view.Alive[row >> 6], 1ul << (row & 63));
        _next[^1] = view with { Count = row + 1 };
    }

    /// <summary>Does nothing when it is not there.</summary>
    public void Remove(long sequence)
    {
        var at = SegmentOf(sequence);
        if (at < 0 || _next[at].Segment.Find(sequence) is var row && row < 0)
        {
            return;
        }

        var alive = _next[at].Alive;
        if (at < Current.Segments.Length && ReferenceEquals(alive, Current.Segments[at].Alive))
        {
            alive = [.. alive];
        }

        _hasRemovals = true;
        alive[row >> 6] &= ~(1ul << (row & 63));
        _next[at] = _next[at] with { Alive = alive };
    }

    /// <summary>Shows everything since the last time to searches, at once.</summary>
    public void Publish(long sequence)
    {
        if (_hasRemovals)
        {
            Compact();
            _hasRemovals = false;
        }

        if (_next.Count > 0)
        {
            _next[^1].Segment.Encode();
        }

        Task.WaitAll(_encoding);
        _encoding.Clear();
        Volatile.Write(ref _current, new Snapshot([.. _next], sequence));
    }

    /// <returns>The best that match, best first.</returns>
    public Neighbour[] Search(in SearchRequest request) =>
        new SearchRun(Current, metric, dimension < Segment.SmallestCodedDimension ? null : _rotation, request).Run();

    // Segments that are at most half alive give their memory back: neighbours among them become one. The last still grows.
    private void Compact()
    {
        for (var first = 0; first < _next.Count - 1; first++)
        {
            var (last, alive) = (first, 0);
            while (last < _next.Count - 1 && _next[last].AliveCount is var more and <= Segment.MaximumRows / 2 && alive + more <= Segment.MaximumRows)
            {
                alive += more;
                last++;
            }

            if (last - first > 1 || (last > first && alive <= _next[first].Count / 2))
            {
                var merged = Merged(_next[first..last], alive);
                _next.RemoveRange(first, last - first);
                _next.InsertRange(first, merged);
            }
        }
    }

    private SegmentView[] Merged(List<SegmentView> sparse, int count)
    {
        if (count == 0)
        {
            return [];
        }

        // One of them may still be at its codes; they are made again here, but it must not be half a task left behind.
        Task.WaitAll(_encoding);
        var merged = new Segment(metric, dimension, _rotation, (count + 63) / 64 * 64);
        foreach (var view in sparse)
        {
            merged.AppendFrom(view.Segment, view.Alive);
        }

        merged.Encode();
        var alive = new ulong[merged.Capacity / 64];
        Array.Fill(alive, ulong.MaxValue);
        if (count % 64 != 0)
        {
            alive[^1] = (1ul << count % 64) - 1;
        }

        return [new SegmentView(merged, count, alive)];
    }

    private SegmentView Room()
    {
        if (_next.Count == 0 || _next[^1].Count == Segment.MaximumRows)
        {
            if (_next.Count > 0)
            {
                // On another core, while this one reads the next rows.
                _encoding.Add(Task.Run(_next[^1].Segment.Encode));
            }

            _next.Add(new SegmentView(new Segment(metric, dimension, _rotation, FirstRows), 0, new ulong[FirstRows / 64]));
        }
        else if (_next[^1] is var last && last.Count == last.Segment.Capacity)
        {
            var grown = last.Segment.Grown();
            var alive = new ulong[grown.Capacity / 64];
            last.Alive.CopyTo(alive, 0);
            _next[^1] = new SegmentView(grown, last.Count, alive);
        }

        return _next[^1];
    }

    private int SegmentOf(long sequence)
    {
        var (low, high) = (0, _next.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_next[middle].Segment.Sequence(0) <= sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return high;
    }
}
