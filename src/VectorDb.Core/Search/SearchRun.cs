using System.Runtime.InteropServices;
using VectorDb.Core.Collections;
using VectorDb.Core.Filters;

namespace VectorDb.Core.Search;

/// <param name="Query">As the caller gave it.</param>
/// <param name="Minimum">Results below this score are left out.</param>
internal readonly record struct SearchRequest(ReadOnlyMemory<float> Query, int TopK, CompiledFilter? Filter, bool Exact, float? Minimum);

/// <summary>
/// One search over one snapshot, in steps that cost more for each record and are taken for fewer: the filter's columns, sketches, signs, second
/// bits, floats. No step looks at what the step before has ruled out, and floats are read only where the bound of the codes reaches the
/// best scores found: Seidl and Kriegel, "Optimal multi-step k-nearest neighbor search" (SIGMOD 1998). All cores share each step.
/// </summary>
internal sealed class SearchRun
{
    // Below it, waking another core takes longer than the scan.
    private const int SegmentsWorthHelp = 4;

    // With no more matching rows than this in a group of 64, on average, all their codes cost less than the sketches of whole groups.
    private const int FewInGroup = 4;

    // What a thread takes at once: enough not to meet the others often, and little enough for all to end together.
    private const int CodesAtOnce = 64;
    private const int VectorsAtOnce = 4;

    private readonly Snapshot _snapshot;
    private readonly Metric _metric;
    private readonly SearchRequest _request;
    private readonly float[] _query;
    private readonly CodedQuery? _coded;
    private readonly SegmentScan?[] _scans;
    private readonly float _minimum;
    private readonly Lock _merging = new();
    private readonly TopK _best;
    private ScoreBar _bar;
    private List<Candidate> _candidates = [];
    private List<Candidate> _survivors = [];
    private int _taken;

    public SearchRun(Snapshot snapshot, Metric metric, Rotation? rotation, in SearchRequest request)
    {
        (_snapshot, _metric, _request) = (snapshot, metric, request);
        _query = new float[request.Query.Length];
        Similarity.Prepare(metric, request.Query.Span, _query);
        _coded = rotation is null || request.Exact ? null : new CodedQuery(rotation, _query);
        _scans = new SegmentScan?[snapshot.Segments.Length];
        _minimum = request.Minimum is { } score ? Similarity.FromScore(metric, score) : float.NegativeInfinity;
        _bar = new ScoreBar(request.TopK, _minimum);
        _best = new TopK(request.TopK);
    }

    // More are as near as that only where one text is stored thousands of times: then the most promising will do.
    private int MostVectors => 4096 + (32 * _request.TopK);

    public Neighbour[] Run()
    {
        var segments = _snapshot.Segments.Length;
        using (var crew = new Crew(segments < SegmentsWorthHelp ? 0 : (segments / 2) - 1))
        {
            Step(crew, TakeSegments);
            // A record raises a bar once: known better, it raises a new one.
            _bar = new ScoreBar(_request.TopK, _bar.Value);
            if (_candidates.Count > _request.TopK)
            {
                Step(crew, TakeCodes);
            }

            Cut();
            Step(crew, TakeVectors);
            Candidates.Return(_candidates);
        }

        var sorted = _best.Sorted();
        if (sorted.Length < _request.TopK && _bar.Value > _minimum)
        {
            // As many records as were asked for were said to reach the bar. One of them did not, as happens once in thousands of searches for very few.
            return new SearchRun(_snapshot, _metric, rotation: null, _request with { Exact = true }).Run();
        }

        for (var i = 0; i < sorted.Length; i++)
        {
            sorted[i] = sorted[i] with { Score = Similarity.ToScore(_metric, sorted[i].Score) };
        }

        return _request.Minimum is { } minimum ? Array.FindAll(sorted, found => found.Score >= minimum) : sorted;
    }

    // What comes through it are the candidates of the next step.
    private void Step(Crew crew, Action<List<Candidate>> work)
    {
        _taken = 0;
        _survivors = Candidates.Rent();
        crew.Run(() =>
        {
            var survivors = Candidates.Rent();
            work(survivors);
            lock (_merging)
            {
                _survivors.AddRange(survivors);
            }

            Candidates.Return(survivors);
        });
        Candidates.Return(_candidates);
        _candidates = _survivors;
    }

    private bool Take(int many, int of, out Range taken)
    {
        var end = Interlocked.Add(ref _taken, many);
        taken = Math.Min(end - many, of)..Math.Min(end, of);
        return end - many < of;
    }

    private void TakeSegments(List<Candidate> candidates)
    {
        var best = new TopK(_request.TopK);
        Span<ulong> mask = stackalloc ulong[Segment.MaximumRows / 64];
        while (Take(1, _snapshot.Segments.Length, out var taken))
        {
            var index = taken.Start.Value;
            var view = _snapshot.Segments[index];
            var rows = view.Select(_request.Filter, mask);
            if (_coded is null || view.Segment.Codes is null)
            {
                Score(view.Segment, rows, best);
                continue;
            }

            var scan = _scans[index] = new SegmentScan(_metric, _coded, view.Segment.Codes, index);
            if (Bits.Count(rows) <= FewInGroup * rows.Length)
            {
                scan.All(rows, candidates);
            }
            else
            {
                scan.Sketch(rows, _bar, candidates);
            }
        }

        Add(best);
    }

    private void Score(Segment segment, ReadOnlySpan<ulong> rows, TopK best)
    {
        foreach (var row in new Bits(rows))
        {
            var score = Similarity.Inner(_metric, _query, segment.Vector(row));
            if (score >= _minimum && score >= best.Threshold)
            {
                best.Offer(segment.Sequence(row), score);
            }
        }
    }

    // What the signs let through is refined a batch at a time: while the second bits of one are on their way, the next one's signs are compared.
    // What then seems to be among the best is scored at once, so that the bar rises early and to where it will stay.
    private void TakeCodes(List<Candidate> survivors)
    {
        var best = new TopK(_request.TopK);
        var left = MostVectors;
        while (Take(CodesAtOnce, _candidates.Count, out var taken))
        {
            foreach (var sharp in Sharpened(CollectionsMarshal.AsSpan(_candidates)[taken]))
            {
                if (sharp.Upper < _bar.Value)
                {
                    continue;
                }

                var (estimate, upper) = _scans[sharp.Segment]!.Refine(sharp.Row, sharp.Upper);
                if (estimate >= _bar.Value && left-- > 0)
                {
                    Score(sharp, best);
                }
                else if (upper >= _bar.Value)
                {
                    survivors.Add(sharp with { Upper = upper });
                }
            }
        }

        Add(best);
    }

    private Span<Candidate> Sharpened(Span<Candidate> some)
    {
        const int Ahead = 8;
        var kept = 0;
        for (var i = -Ahead; i < some.Length; i++)
        {
            if (i + Ahead < some.Length && some[i + Ahead] is var next && next.Upper >= _bar.Value)
            {
                _scans[next.Segment]!.PrefetchSigns(next.Row);
            }

            if (i >= 0 && some[i].Upper >= _bar.Value
                && _scans[some[i].Segment]!.Sharpen(some[i].Row) is var upper && upper >= _bar.Value)
            {
                some[kept] = some[i] with { Upper = upper };
                _scans[some[kept].Segment]!.PrefetchRefinement(some[kept].Row);
                kept++;
            }
        }

        return some[..kept];
    }

    // Only so many floats are read; of more candidates the most promising.
    private void Cut()
    {
        var bar = _bar.Value;
        _candidates.RemoveAll(candidate => !(candidate.Upper >= bar));
        if (_candidates.Count > MostVectors)
        {
            _candidates.Sort(static (left, right) => right.Upper.CompareTo(left.Upper));
        }
    }

    private void TakeVectors(List<Candidate> survivors)
    {
        var most = Math.Min(_candidates.Count, MostVectors);
        var best = new TopK(_request.TopK);
        while (Take(VectorsAtOnce, most, out var taken))
        {
            var some = CollectionsMarshal.AsSpan(_candidates)[taken];
            for (var i = 0; i < some.Length; i++)
            {
                if (i + 1 < some.Length && some[i + 1].Upper >= _bar.Value)
                {
                    Slab.Prefetch(Vector(some[i + 1]));
                }

                if (some[i].Upper >= _bar.Value)
                {
                    Score(some[i], best);
                }
            }
        }

        Add(best);
    }

    private void Score(Candidate candidate, TopK best)
    {
        var score = Similarity.Inner(_metric, _query, Vector(candidate));
        if (score >= _minimum)
        {
            best.Offer(_snapshot.Segments[candidate.Segment].Segment.Sequence(candidate.Row), score);
            _bar.Raise(score);
        }
    }

    private ReadOnlySpan<float> Vector(Candidate candidate) => _snapshot.Segments[candidate.Segment].Segment.Vector(candidate.Row);

    private void Add(TopK best)
    {
        lock (_merging)
        {
            _best.Add(best);
        }
    }
}
