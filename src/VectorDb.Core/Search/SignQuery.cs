using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VectorDb.Core.Search;

/// <summary>
/// A query as whole codes are compared with it: each rotated value rounded to four bits and the bits of each weight gathered in a plane of their
/// own, so that the agreement of a code with the query is a few population counts (the estimator of RaBitQ for single codes, Gao and Long, SIGMOD 2024).
/// </summary>
internal sealed class SignQuery
{
    private const int Planes = 4;
    private const int Greatest = (1 << (Planes - 1)) - 1;

    // For each 64 dimensions the four planes side by side. The last weighs -8: two's complement.
    private readonly ulong[] _planes;

    public SignQuery(ReadOnlySpan<float> rotated)
    {
        var widest = Math.Abs(TensorPrimitives.MaxMagnitude(rotated));
        Step = widest > 0 ? widest / Greatest : 1;
        _planes = new ulong[rotated.Length / 64 * Planes];
        var total = 0;
        for (var i = 0; i < rotated.Length; i += Vector512<float>.Count)
        {
            var values = Vector512.ConvertToInt32(Vector512.Round(Vector512.LoadUnsafe(in rotated[i]) / Step));
            total += Vector512.Sum(values);
            for (var plane = 0; plane < Planes; plane++)
            {
                var bits = Vector512.ShiftLeft(values, 31 - plane).ExtractMostSignificantBits();
                _planes[(i / 64 * Planes) + plane] |= bits << (i % 64);
            }
        }

        Offset = Step * total;
        RoundingVariance = Step * Step * rotated.Length / 12;
    }

    /// <summary>Agreement = 2 * step * sum - offset.</summary>
    public float Step { get; }

    public float Offset { get; }

    /// <summary>What rounding the values adds to the variance of an agreement.</summary>
    public float RoundingVariance { get; }

    /// <returns>The sum of the rounded values where the code has a bit set.</returns>
    public int Sum(ReadOnlySpan<ulong> signs)
    {
        var (ones, twos, fours, eights) = (0, 0, 0, 0);
        ref var plane = ref _planes[0];
        foreach (var word in signs)
        {
            ones += BitOperations.PopCount(word & plane);
            twos += BitOperations.PopCount(word & Unsafe.Add(ref plane, 1));
            fours += BitOperations.PopCount(word & Unsafe.Add(ref plane, 2));
            eights += BitOperations.PopCount(word & Unsafe.Add(ref plane, 3));
            plane = ref Unsafe.Add(ref plane, Planes);
        }

        return ones + (2 * twos) + (4 * fours) - (8 * eights);
    }
}
