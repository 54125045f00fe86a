using System.Runtime.Intrinsics.X86;
using VectorDb.Core.Search;

namespace VectorDb.Core.Tests.Search;

public sealed class SketchQueryTests
{
    [Fact]
    public void Every_width_of_register_adds_up_the_same_sums()
    {
        const int Rows = 96;
        var random = new Random(1);
        var (codes, table) = (new byte[Rows * 64], new byte[Rows * 32]);
        random.NextBytes(codes);
        for (var i = 0; i < table.Length; i++)
        {
            table[i] = (byte)random.Next(32);
        }

        var expected = new ushort[64];
        for (var lane = 0; lane < 64; lane++)
        {
            for (var row = 0; row < Rows; row++)
            {
                var code = codes[(row * 64) + lane];
                expected[lane % 2 == 0 ? lane / 2 : 32 + (lane / 2)] +=
                    (ushort)(table[(row * 32) + (code & 15)] + table[(row * 32) + 16 + (code >> 4)]);
            }
        }

        var (narrow, middle, wide) = (new ushort[64], new ushort[64], new ushort[64]);
        SketchQuery.Accumulate128(codes, table, narrow);
        Assert.Equal(expected, narrow);
        if (Avx2.IsSupported)
        {
            SketchQuery.Accumulate256(codes, table, middle);
            Assert.Equal(expected, middle);
        }

        if (Avx512BW.IsSupported)
        {
            SketchQuery.Accumulate512(codes, table, wide);
            Assert.Equal(expected, wide);
        }
    }
}
