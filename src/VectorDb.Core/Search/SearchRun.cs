using System.Numerics;
using VectorDb.Core.Collections;
using VectorDb.Core.Filters;

namespace VectorDb.Core.Search;

/// <param name="Query">As the caller gave it.</param>
/// <param name="Minimum">Results below this score are left out.</param>
internal readonly record struct SearchRequest(ReadOnlyMemory<float> Query, int TopK, CompiledFilter? Filter, bool Exact, float? Minimum);

/// <summary>
/// One search over one snapshot. The caller's thread and a helper for each other core take segments in turn; then the candidates'
/// floats are read, most promising first, until no other can be among the best.
/// </summary>
internal sealed class SearchRun : IThreadPoolWorkItem
{
    // Below it, waking another core takes longer than the scan.
    private const int SegmentsWorthHelp = 4;

    // Fewer matching rows than this in a segment: their floats cost less than scanning codes and then the floats of the best.
    private const int FewRows = 16;

    private static int _running;

    private readonly Snapshot _snapshot;
    private readonly Metric _metric;
    private readonly SearchRequest _request;
    private readonly float[] _query;
    private readonly QueryTable? _table;
    private readonly ScoreBar _bar;
    private readonly float _minimum;
    private readonly Lock _merging = new();
    private readonly List<Candidate> _candidates = [];
    private readonly TopK _best;
    private int _taken;
    private int _working = 1;

    public SearchRun(Snapshot snapshot, Metric metric, Rotation? rotation, in SearchRequest request)
    {
        (_snapshot, _metric, _request) = (snapshot, metric, request);
        _query = new float[request.Query.Length];
        Similarity.Prepare(metric, request.Query.Span, _query);
        _table = rotation is null || request.Exact ? null : new QueryTable(rotation, _query);
        _minimum = request.Minimum is { } score ? Similarity.FromScore(metric, score) : float.NegativeInfinity;
        _bar = new ScoreBar(request.TopK, _minimum);
        _best = new TopK(request.TopK);
    }

    public Neighbour[] Run()
    {
        var running = Interlocked.Increment(ref _running);
        try
        {
            for (var helpers = Helpers(running); helpers > 0; helpers--)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }

            TakeSegments();
            // A helper that has not begun by now finds nothing left to take; only those at work are waited for.
            var spinner = new SpinWait();
            while (Interlocked.CompareExchange(ref _working, int.MinValue, 1) != 1)
            {
                spinner.SpinOnce(sleep1Threshold: -1);
            }

            Rerank();
            return Results();
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (Interlocked.Increment(ref _working) > 0)
        {
            TakeSegments();
        }

        Interlocked.Decrement(ref _working);
    }

    private int Helpers(int running) => _snapshot.Segments.Length < SegmentsWorthHelp
        ? 0
        : Math.Min(Environment.ProcessorCount - running, (_snapshot.Segments.Length / 2) - 1);

    private void TakeSegments()
    {
        var candidates = new List<Candidate>();
        var best = new TopK(_request.TopK);
        Span<ulong> mask = stackalloc ulong[Segment.MaximumRows / 64];
        while (Interlocked.Increment(ref _taken) - 1 is var index && index < _snapshot.Segments.Length)
        {
            var view = _snapshot.Segments[index];
            var rows = mask[..((view.Count + 63) / 64)];
            Select(view, rows);
            if (_table is null || view.Segment.Codes is null || Rows(rows) <= FewRows)
            {
                Score(view.Segment, rows, best);
            }
            else
            {
                new SegmentScan(_metric, _table, view.Segment.Codes, _bar).Run(index, rows, candidates);
            }
        }

        lock (_merging)
        {
            _candidates.AddRange(candidates);
            _best.Add(best);
        }
    }

    private void Select(in SegmentView view, Span<ulong> rows)
    {
        view.Alive.AsSpan(0, rows.Length).CopyTo(rows);
        if (view.Count % 64 is var rest and > 0)
        {
            rows[^1] &= (1ul << rest) - 1;
        }

        if (_request.Filter is not null)
        {
            view.Segment.Metadata.Narrow(_request.Filter, rows);
        }
    }

    private void Score(Segment segment, ReadOnlySpan<ulong> rows, TopK best)
    {
        for (var word = 0; word < rows.Length; word++)
        {
            for (var bits = rows[word]; bits != 0; bits &= bits - 1)
            {
                var row = (word * 64) + BitOperations.TrailingZeroCount(bits);
                var score = Similarity.Inner(_metric, _query, segment.Vector(row));
                if (score >= _minimum && score >= best.Threshold)
                {
                    best.Offer(segment.Sequence(row), score);
                    _bar.Raise(score);
                }
            }
        }
    }

    private void Rerank()
    {
        var bar = _bar.Value;
        _candidates.RemoveAll(candidate => candidate.Upper < bar);
        _candidates.Sort(static (left, right) => right.Upper.CompareTo(left.Upper));
        // Where so many are as near as that, as with one text stored thousands of times, which of them is returned does not matter.
        var most = Math.Min(_candidates.Count, 4096 + (32 * _request.TopK));
        for (var i = 0; i < most && _candidates[i].Upper >= _best.Threshold; i++)
        {
            var (_, index, row) = _candidates[i];
            var segment = _snapshot.Segments[index].Segment;
            var score = Similarity.Inner(_metric, _query, segment.Vector(row));
            if (score >= _minimum)
            {
                _best.Offer(segment.Sequence(row), score);
            }
        }
    }

    private Neighbour[] Results()
    {
        var sorted = _best.Sorted();
        for (var i = 0; i < sorted.Length; i++)
        {
            sorted[i] = sorted[i] with { Score = Similarity.ToScore(_metric, sorted[i].Score) };
        }

        return sorted;
    }

    private static int Rows(ReadOnlySpan<ulong> rows)
    {
        var count = 0;
        foreach (var word in rows)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }
}
