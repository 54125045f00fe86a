using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using VectorDb.Core.Collections;

namespace VectorDb.Core.Search;

/// <param name="Upper">The score that it has at most, but for one in a thousand.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Candidate(float Upper, int Segment, int Row);

/// <summary>
/// One query on the codes of one segment: for each vector an estimate of its score and how far off that may be. The first bytes of
/// the codes rule most vectors out, whole codes most of the others; what is left are candidates, whose floats decide.
/// </summary>
internal readonly ref struct SegmentScan
{
    // Standard deviations allowed for: by whole codes, and by prefixes, where being wrong costs a result and not only a little time.
    private const float Deviations = 2.4f;
    private const float PrefixDeviations = 3;

    // The share of a random direction's square that its signs capture: 2 / pi.
    private const float Captured = 0.63662f;

    private readonly QueryTable _query;
    private readonly CodeBlock _codes;
    private readonly ScoreBar _bar;
    private readonly float _constant;
    private readonly float _margin;
    private readonly float _shift;
    private readonly float _prefixStep;
    private readonly float _prefixShift;

    public SegmentScan(Metric metric, QueryTable query, CodeBlock codes, ScoreBar bar)
    {
        (_query, _codes, _bar) = (query, codes, bar);
        var distance = TensorPrimitives.Distance(query.Rotated, codes.Centre);
        var square = distance * distance;
        _constant = metric == Metric.Euclidean ? -square : TensorPrimitives.Dot(query.Rotated, codes.Centre);
        _margin = Deviations * MathF.Sqrt(((1 - Captured) * square) + query.RoundingVariance);
        _shift = _margin - query.Offset;

        var share = (float)CodeBlock.PrefixBytes / codes.Bytes;
        var prefixMargin = PrefixDeviations * MathF.Sqrt((((1 - (share * Captured)) * square) + query.RoundingVariance) / share);
        _prefixStep = query.Step / share;
        _prefixShift = prefixMargin - (query.PrefixOffset / share);
    }

    /// <param name="mask">The rows to look at, one bit each.</param>
    public void Run(int segment, ReadOnlySpan<ulong> mask, List<Candidate> candidates)
    {
        Span<ushort> sums = stackalloc ushort[CodeBlock.GroupSize];
        for (var group = 0; group < mask.Length; group++)
        {
            var wanted = mask[group];
            if (wanted == 0)
            {
                continue;
            }

            sums.Clear();
            var first = group * CodeBlock.GroupSize;
            var codes = _codes.Group(group);
            var prefix = Math.Min(codes.Length, CodeBlock.PrefixBytes * CodeBlock.GroupSize);
            _query.Accumulate(codes[..prefix], firstByte: 0, sums);
            if (prefix < codes.Length)
            {
                wanted &= Reaching(sums, _codes.PrefixAddends.Slice(first, 64), _codes.Scales.Slice(first, 64), _prefixStep, _prefixShift);
                if (wanted == 0)
                {
                    continue;
                }

                _query.Accumulate(codes[prefix..], CodeBlock.PrefixBytes, sums);
            }

            wanted &= Reaching(sums, _codes.Addends.Slice(first, 64), _codes.Scales.Slice(first, 64), _query.Step, _shift);
            for (; wanted != 0; wanted &= wanted - 1)
            {
                var place = BitOperations.TrailingZeroCount(wanted);
                var row = first + place;
                var scale = _codes.Scales[row];
                var upper = _constant + _codes.Addends[row] + (scale * ((_query.Step * sums[place]) + _shift));
                candidates.Add(new Candidate(upper, segment, row));
                _bar.Raise(upper - (2 * scale * _margin));
            }
        }
    }

    private ulong Reaching(
        ReadOnlySpan<ushort> sums, ReadOnlySpan<float> addends, ReadOnlySpan<float> scales, float step, float shift)
    {
        var bar = Vector512.Create(_bar.Value - _constant);
        var steps = Vector512.Create(step);
        var shifts = Vector512.Create(shift);
        var reaching = 0ul;
        for (var i = 0; i < CodeBlock.GroupSize; i += Vector512<float>.Count)
        {
            var (lower, upper) = Vector256.Widen(Vector256.LoadUnsafe(in sums[i]));
            var agreement = Vector512.MultiplyAddEstimate(
                Vector512.ConvertToSingle(Vector512.Create(lower, upper).AsInt32()), steps, shifts);
            var score = Vector512.MultiplyAddEstimate(agreement, Vector512.LoadUnsafe(in scales[i]), Vector512.LoadUnsafe(in addends[i]));
            reaching |= Vector512.GreaterThanOrEqual(score, bar).ExtractMostSignificantBits() << i;
        }

        return reaching;
    }
}
