using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using VectorDb.Core.Collections;

namespace VectorDb.Core.Search;

/// <summary>
/// One query on the codes of one segment: for each vector an estimate of its score and how far off that may be, from its sketch or, sharper
/// and dearer, from all its signs.
/// </summary>
/// <remarks>
/// With q and o the query and the vector less the segment's centre, rotated, and s the signs of o, the estimate of q.o is
/// (|o|^2 / |o|_1) q.s. Of what is random in q.s the variance is (1 - c) |q|^2, where c = 2 / pi is the share of the square of o that
/// its signs capture (RaBitQ, theorem 3.2); of signs in a share p of the dimensions, scaled up by 1 / p, it is (1 - c p) |q|^2 / p.
/// </remarks>
internal sealed class SegmentScan
{
    // Standard deviations allowed for: by signs, and by sketches, where being wrong costs a result and not only a little time.
    private const float Deviations = 2.4f;
    private const float SketchDeviations = 3;
    private const float Captured = 0.63662f;

    private readonly CodeBlock _codes;
    private readonly CodedQuery _query;
    private readonly int _segment;
    private readonly float _constant;
    private readonly float _margin;
    private readonly float _sketchMargin;
    private readonly float _sketchStep;
    private readonly float _sketchShift;

    public SegmentScan(Metric metric, CodedQuery query, CodeBlock codes, int segment)
    {
        (_query, _codes, _segment) = (query, codes, segment);
        var distance = TensorPrimitives.Distance(query.Rotated, codes.Centre);
        var square = distance * distance;
        _constant = metric == Metric.Euclidean ? -square : TensorPrimitives.Dot(query.Rotated, codes.Centre);
        _margin = Deviations * MathF.Sqrt(((1 - Captured) * square) + query.Signs.RoundingVariance);

        var share = 8f * CodeBlock.SketchBytes / codes.Centre.Length;
        _sketchMargin = SketchDeviations * MathF.Sqrt((((1 - (share * Captured)) * square) + (query.Sketch.RoundingVariance / share)) / share);
        _sketchStep = query.Sketch.Step / share;
        _sketchShift = _sketchMargin - (query.Sketch.Offset / share);
    }

    /// <summary>All rows whose bits are set are candidates.</summary>
    public void All(ReadOnlySpan<ulong> mask, List<Candidate> candidates)
    {
        foreach (var row in new Bits(mask))
        {
            candidates.Add(new Candidate(float.PositiveInfinity, _segment, row));
        }
    }

    /// <summary>Finds the candidates among the rows whose bits are set, by their sketches.</summary>
    public void Sketch(ReadOnlySpan<ulong> mask, ScoreBar bar, List<Candidate> candidates)
    {
        Span<ushort> sums = stackalloc ushort[CodeBlock.GroupSize];
        Span<float> uppers = stackalloc float[CodeBlock.GroupSize];
        for (var group = 0; group < mask.Length; group++)
        {
            if (mask[group] == 0)
            {
                continue;
            }

            _query.Sketch.Sum(_codes.Sketches(group), sums);
            for (var reaching = mask[group] & Reaching(sums, group, bar.Value, uppers); reaching != 0; reaching &= reaching - 1)
            {
                var place = BitOperations.TrailingZeroCount(reaching);
                candidates.Add(new Candidate(uppers[place], _segment, (group * CodeBlock.GroupSize) + place));
                bar.Raise(uppers[place] - (2 * _codes.Scales(group)[place] * _sketchMargin));
            }
        }
    }

    /// <summary>The same candidate by all of its signs.</summary>
    public Candidate Sharpen(Candidate candidate, ScoreBar bar)
    {
        var code = _codes[candidate.Row];
        var agreement = (2 * _query.Signs.Step * _query.Signs.Sum(code.Signs)) - _query.Signs.Offset;
        var upper = _constant + code.Addend + (code.Scale * (agreement + _margin));
        bar.Raise(upper - (2 * code.Scale * _margin));
        return candidate with { Upper = upper };
    }

    /// <summary>Says that a row will be sharpened soon.</summary>
    public void Prefetch(int row) => Slab.Prefetch(_codes[row].Words);

    private ulong Reaching(ReadOnlySpan<ushort> sums, int group, float bar, Span<float> uppers)
    {
        var addends = _codes.Addends(group);
        var scales = _codes.Scales(group);
        var reaching = 0ul;
        for (var i = 0; i < CodeBlock.GroupSize; i += Vector512<float>.Count)
        {
            var (lower, upper) = Vector256.Widen(Vector256.LoadUnsafe(in sums[i]));
            var agreement = Vector512.MultiplyAddEstimate(
                Vector512.ConvertToSingle(Vector512.Create(lower, upper).AsInt32()), Vector512.Create(_sketchStep), Vector512.Create(_sketchShift));
            var score = Vector512.MultiplyAddEstimate(agreement, Vector512.LoadUnsafe(in scales[i]), Vector512.LoadUnsafe(in addends[i]))
                + Vector512.Create(_constant);
            score.StoreUnsafe(ref uppers[i]);
            reaching |= Vector512.GreaterThanOrEqual(score, Vector512.Create(bar)).ExtractMostSignificantBits() << i;
        }

        return reaching;
    }
}
