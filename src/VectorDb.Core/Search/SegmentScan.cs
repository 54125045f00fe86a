using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using VectorDb.Core.Collections;

namespace VectorDb.Core.Search;

/// <summary>
/// One query on the codes of one segment: for each vector an estimate of its score and how far off that may be, from its sketch or, sharper
/// and dearer, from all its signs and then from its second bits too.
/// </summary>
/// <remarks>
/// With q and o the query and the vector less the segment's centre, rotated, and s the signs of o, the estimate of q.o is
/// (|o|^2 / |o|_1) q.s. Of what is random in q.s the variance is (1 - c) |q|^2, where c = 2 / pi is the share of the square of o that
/// its signs capture (RaBitQ, theorem 3.2); of signs in a share p of the dimensions, scaled up by 1 / p, it is (1 - c p) |q|^2 / p.
/// With both bits v stands for s: the estimate is (|o|^2 / v.o) q.v, the variance of what is random in q.v is (1 - c) |q|^2 E[v^2], and for
/// four levels a best step apart c = E[v x]^2 / E[v^2] with x normal.
/// </remarks>
internal sealed class SegmentScan
{
    // Standard deviations allowed for: by signs, and by second bits and sketches, where being wrong costs a result and not only a little time.
    private const float Deviations = 2.6f;
    private const float RefinedDeviations = 3;
    private const float SketchDeviations = 3;
    private const float Captured = 0.63662f;
    private const float RefinedCaptured = 0.88119f;
    private const float RefinedSquare = 3.5552f;

    private readonly CodeBlock _codes;
    private readonly CodedQuery _query;
    private readonly int _segment;
    private readonly float _constant;
    private readonly float _margin;
    private readonly float _refinedMargin;
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
        _refinedMargin = RefinedDeviations * MathF.Sqrt(RefinedSquare * (((1 - RefinedCaptured) * square) + query.Signs.RoundingVariance));

        var share = 8f * CodeBlock.SketchBytes / codes.Centre.Length;
        _sketchMargin = SketchDeviations * MathF.Sqrt((((1 - (share * Captured)) * square) + (query.Sketch.RoundingVariance / share)) / share);
        _sketchStep = query.Sketch.Step / share;
        _sketchShift = _sketchMargin - (query.Sketch.Offset / share);
    }

    /// <summary>All rows whose bits are set are candidates.</summary>
    public void All(ReadOnlySpan<ulong> mask, List<Candidate> candidates)
    {
        var next = candidates.Count;
        CollectionsMarshal.SetCount(candidates, next + Bits.Count(mask));
        var all = CollectionsMarshal.AsSpan(candidates);
        foreach (var row in new Bits(mask))
        {
            all[next++] = new Candidate(float.PositiveInfinity, _segment, row);
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
            var reaching = mask[group] & Reaching(sums, group, bar.Value, uppers);
            var scales = _codes.Scales(group);
            var next = candidates.Count;
            CollectionsMarshal.SetCount(candidates, next + BitOperations.PopCount(reaching));
            var found = CollectionsMarshal.AsSpan(candidates);
            for (; reaching != 0; reaching &= reaching - 1)
            {
                var place = BitOperations.TrailingZeroCount(reaching);
                found[next++] = new Candidate(uppers[place], _segment, (group * CodeBlock.GroupSize) + place);
                bar.Raise(uppers[place] - (2 * scales[place] * _sketchMargin));
            }
        }
    }

    /// <returns>The score that a row has at most by all of its signs.</returns>
    public float Sharpen(int row)
    {
        var signs = _codes.Signs(row);
        return _constant + signs.Addend + (signs.Scale * (Agreement(signs) + _margin));
    }

    /// <param name="upper">What the signs said.</param>
    /// <returns>The score that it seems to have by its second bits too, and what it has at most.</returns>
    public (float Estimate, float Upper) Refine(int row, float upper)
    {
        var signs = _codes.Signs(row);
        var refinement = _codes.Refinement(row);
        // How far the signs agree is read back from their bound, which is cheaper than comparing them again.
        var agreement = signs.Scale > 0 ? ((upper - _constant - signs.Addend) / signs.Scale) - _margin : 0;
        var estimate = _constant + refinement.Addend + (refinement.Scale * ((2 * agreement) + Agreement(refinement)));
        return (estimate, estimate + (refinement.Scale * _refinedMargin));
    }

    /// <summary>Says that a row will be sharpened soon.</summary>
    public void PrefetchSigns(int row) => Slab.Prefetch(_codes.Signs(row).Words);

    /// <summary>Says that it will be refined soon.</summary>
    public void PrefetchRefinement(int row) => Slab.Prefetch(_codes.Refinement(row).Words);

    private float Agreement(SignCode code) => (2 * _query.Signs.Step * _query.Signs.Sum(code.Signs)) - _query.Signs.Offset;

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
