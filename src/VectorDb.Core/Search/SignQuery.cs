using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorDb.Core.Search;

/// <summary>
/// A query as whole codes are compared with it: each rotated value rounded to four bits, so that the agreement of a code with the query is
/// the sum of the values where the code has a bit set. Where registers have masks, the bits are the mask of an addition of bytes; elsewhere
/// the bits of each weight lie in a plane of their own, and the sum is a few population counts (the estimator of RaBitQ for single codes, Gao
/// and Long, SIGMOD 2024).
/// </summary>
internal sealed class SignQuery
{
    private const int Planes = 4;
    private const int Greatest = (1 << (Planes - 1)) - 1;

    // Words whose values are summed in a byte before they are widened.
    private const int SummedInByte = sbyte.MaxValue / Greatest;

    private readonly sbyte[] _values;

    // For each 64 dimensions the four planes side by side. The last weighs -8: two's complement.
    private readonly ulong[] _planes;

    public SignQuery(ReadOnlySpan<float> rotated)
    {
        var widest = Math.Abs(TensorPrimitives.MaxMagnitude(rotated));
        Step = widest > 0 ? widest / Greatest : 1;
        _values = new sbyte[rotated.Length];
        _planes = new ulong[rotated.Length / 64 * Planes];
        var total = 0;
        for (var i = 0; i < rotated.Length; i += Vector512<float>.Count)
        {
            var values = Vector512.ConvertToInt32(Vector512.Round(Vector512.LoadUnsafe(in rotated[i]) / Step));
            total += Vector512.Sum(values);
            var words = Vector256.Narrow(values.GetLower(), values.GetUpper());
            Vector128.Narrow(words.GetLower(), words.GetUpper()).StoreUnsafe(ref _values[i]);
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
    public int Sum(ReadOnlySpan<ulong> signs) => Avx512BW.IsSupported ? SumMasked(signs) : SumCounts(signs);

    private int SumMasked(ReadOnlySpan<ulong> signs)
    {
        var byteOfLane = Vector512.Create(
            (byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3,
            4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7);
        var bitOfLane = Vector512.Create(0x8040201008040201).AsByte();
        var bias = Vector512.Create((byte)0x80);
        var sums = Vector512<long>.Zero;
        ref var value = ref _values[0];
        for (var word = 0; word < signs.Length;)
        {
            var sum = Vector512<sbyte>.Zero;
            for (var end = Math.Min(word + SummedInByte, signs.Length); word < end; word++)
            {
                var bits = Avx512BW.Shuffle(Vector512.Create(signs[word]).AsByte(), byteOfLane) & bitOfLane;
                var isSet = ~Vector512.Equals(bits, Vector512<byte>.Zero);
                sum = Vector512.ConditionalSelect(isSet.AsSByte(), sum + Vector512.LoadUnsafe(in value, (nuint)word * 64), sum);
            }

            sums += Avx512BW.SumAbsoluteDifferences(sum.AsByte() ^ bias, Vector512<byte>.Zero).AsInt64() - Vector512.Create(8L * 0x80);
        }

        return (int)Vector512.Sum(sums);
    }

    internal int SumCounts(ReadOnlySpan<ulong> signs)
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
