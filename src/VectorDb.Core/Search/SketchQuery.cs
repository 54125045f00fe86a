using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorDb.Core.Search;

/// <summary>
/// A query as sketches are compared with it: its first rotated dimensions cut into fours, and for each four the 16 possible sums of its
/// values with signs, as small bytes. The agreement of a sketch with the query is then a sum of lookups, half a byte of sketch each.
/// </summary>
internal sealed class SketchQuery
{
    // The lookups summed in a byte before they are widened, and so the greatest one.
    private const int SummedInByte = 8;
    private const int Greatest = byte.MaxValue / SummedInByte;
    private const int Dimension = 8 * CodeBlock.SketchBytes;

    private static readonly Vector512<float>[] Signs =
    [
        .. Enumerable.Range(0, 4).Select(bit => Vector512.Create<float>(
            [.. Enumerable.Range(0, 16).Select(lane => BitConverter.Int32BitsToSingle((lane >> bit & 1) == 0 ? 0 : -1))])),
    ];

    private readonly byte[] _table = GC.AllocateUninitializedArray<byte>(Dimension * 4);

    public SketchQuery(ReadOnlySpan<float> rotated)
    {
        rotated = rotated[..Dimension];
        var widest = 0f;
        for (var i = 0; i < Dimension; i += 4)
        {
            widest = Math.Max(widest, 2 * TensorPrimitives.SumOfMagnitudes(rotated.Slice(i, 4)));
        }

        Step = widest > 0 ? widest / Greatest : 1;
        for (var i = 0; i < Dimension; i += 4)
        {
            Fill(rotated.Slice(i, 4), _table.AsSpan(i * 4, 16));
        }

        Offset = TensorPrimitives.SumOfMagnitudes(rotated);
        RoundingVariance = Step * Step * (Dimension / 4) / 12;
    }

    /// <summary>Agreement = sum of lookups * step - offset.</summary>
    public float Step { get; }

    public float Offset { get; }

    /// <summary>What rounding the table adds to the variance of an agreement.</summary>
    public float RoundingVariance { get; }

    /// <param name="sketches">Of a group.</param>
    /// <param name="sums">Becomes the sum of lookups for each of its 64.</param>
    public void Sum(ReadOnlySpan<byte> sketches, Span<ushort> sums)
    {
        sums.Clear();
        if (Avx512BW.IsSupported)
        {
            Accumulate512(sketches, _table, sums);
        }
        else if (Avx2.IsSupported)
        {
            Accumulate256(sketches, _table, sums);
        }
        else
        {
            Accumulate128(sketches, _table, sums);
        }
    }

    internal static unsafe void Accumulate512(ReadOnlySpan<byte> codes, ReadOnlySpan<byte> table, Span<ushort> sums)
    {
        var even = Vector512.LoadUnsafe(ref sums[0]);
        var odd = Vector512.LoadUnsafe(ref sums[32]);
        fixed (byte* first = codes, last = codes[^1..], entries = table)
        {
            var entry = entries;
            for (var code = first; code <= last; code += 256, entry += 128)
            {
                var sum = Lookups(code, entry) + Lookups(code + 64, entry + 32)
                    + (Lookups(code + 128, entry + 64) + Lookups(code + 192, entry + 96));
                even += sum.AsUInt16() & Vector512.Create((ushort)0xFF);
                odd += sum.AsUInt16() >> 8;
            }
        }

        even.StoreUnsafe(ref sums[0]);
        odd.StoreUnsafe(ref sums[32]);
    }

    internal static void Accumulate256(ReadOnlySpan<byte> codes, ReadOnlySpan<byte> table, Span<ushort> sums)
    {
        ref readonly var code = ref codes[0];
        ref readonly var entry = ref table[0];
        var low = Vector256.Create((byte)0x0F);
        for (var half = 0; half < 2; half++)
        {
            var even = Vector256.LoadUnsafe(ref sums[half * 16]);
            var odd = Vector256.LoadUnsafe(ref sums[32 + (half * 16)]);
            var rows = codes.Length / 64;
            for (var row = 0; row < rows; row += SummedInByte / 2)
            {
                var sum = Vector256<byte>.Zero;
                for (var i = row; i < row + (SummedInByte / 2); i++)
                {
                    var bits = Vector256.LoadUnsafe(in code, (nuint)((i * 64) + (half * 32)));
                    var first = Vector128.LoadUnsafe(in entry, (nuint)(i * 32));
                    var second = Vector128.LoadUnsafe(in entry, (nuint)((i * 32) + 16));
                    sum += Avx2.Shuffle(Vector256.Create(first, first), bits & low);
                    sum += Avx2.Shuffle(Vector256.Create(second, second), (bits.AsUInt16() >> 4).AsByte() & low);
                }

                even += sum.AsUInt16() & Vector256.Create((ushort)0xFF);
                odd += sum.AsUInt16() >> 8;
            }

            even.StoreUnsafe(ref sums[half * 16]);
            odd.StoreUnsafe(ref sums[32 + (half * 16)]);
        }
    }

    internal static void Accumulate128(ReadOnlySpan<byte> codes, ReadOnlySpan<byte> table, Span<ushort> sums)
    {
        ref readonly var code = ref codes[0];
        ref readonly var entry = ref table[0];
        var low = Vector128.Create((byte)0x0F);
        for (var quarter = 0; quarter < 4; quarter++)
        {
            var even = Vector128.LoadUnsafe(ref sums[quarter * 8]);
            var odd = Vector128.LoadUnsafe(ref sums[32 + (quarter * 8)]);
            var rows = codes.Length / 64;
            for (var row = 0; row < rows; row += SummedInByte / 2)
            {
                var sum = Vector128<byte>.Zero;
                for (var i = row; i < row + (SummedInByte / 2); i++)
                {
                    var bits = Vector128.LoadUnsafe(in code, (nuint)((i * 64) + (quarter * 16)));
                    sum += Vector128.Shuffle(Vector128.LoadUnsafe(in entry, (nuint)(i * 32)), bits & low);
                    sum += Vector128.Shuffle(Vector128.LoadUnsafe(in entry, (nuint)((i * 32) + 16)), (bits.AsUInt16() >> 4).AsByte() & low);
                }

                even += sum.AsUInt16() & Vector128.Create((ushort)0xFF);
                odd += sum.AsUInt16() >> 8;
            }

            even.StoreUnsafe(ref sums[quarter * 8]);
            odd.StoreUnsafe(ref sums[32 + (quarter * 8)]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<byte> Lookups(byte* codes, byte* entry)
    {
        var bits = Vector512.Load(codes);
        var low = Vector512.Create((byte)0x0F);
        return Avx512BW.Shuffle(Avx512F.BroadcastVector128ToVector512((int*)entry).AsByte(), bits & low)
            + Avx512BW.Shuffle(Avx512F.BroadcastVector128ToVector512((int*)(entry + 16)).AsByte(), (bits.AsUInt16() >> 4).AsByte() & low);
    }

    // All 16 sums at once, a lane each: lane b has the signs that the bits of b say.
    private void Fill(ReadOnlySpan<float> values, Span<byte> entries)
    {
        var sums = Vector512.Create(TensorPrimitives.SumOfMagnitudes(values));
        for (var i = 0; i < 4; i++)
        {
            sums += Vector512.ConditionalSelect(Signs[i], Vector512.Create(values[i]), Vector512.Create(-values[i]));
        }

        var rounded = Vector512.ConvertToInt32((sums / Step) + Vector512.Create(0.5f)).AsUInt32();
        var narrow = Vector256.Narrow(rounded.GetLower(), rounded.GetUpper());
        Vector128.Narrow(narrow.GetLower(), narrow.GetUpper()).CopyTo(entries);
    }
}
