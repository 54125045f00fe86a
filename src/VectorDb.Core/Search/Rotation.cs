using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VectorDb.Core.Search;

/// <summary>
/// A fixed random rotation. After it every vector looks alike in all directions, which is what makes the error of its sign bits
/// predictable whatever the data. Random signs and a Walsh-Hadamard transform (Ailon and Chazelle, STOC 2006), twice or more: n log n additions
/// instead of n squared.
/// </summary>
internal sealed class Rotation
{
    private const int Seed = 0x5EED;

    private readonly int _block;
    private readonly float[][] _signs;

    /// <param name="dimension">Of the vectors that go in.</param>
    public Rotation(int dimension)
    {
        Dimension = Math.Max(512, (dimension + 63) / 64 * 64);
        _block = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Dimension + 1) / 2;

        // Where the dimension is no power of two, rounds on its head and on its tail overlap and so mix all of it.
        var rounds = _block == Dimension ? 2 : 4;
        var random = new Random(Seed);
        var scale = 1 / MathF.Sqrt(_block);
        _signs = [.. Enumerable.Range(0, rounds).Select(_ => Enumerable.Range(0, _block).Select(_ => random.Next(2) == 0 ? scale : -scale).ToArray())];
    }

    /// <summary>Of the vectors that come out: padded to whole registers.</summary>
    public int Dimension { get; }

    /// <param name="target">Of length <see cref="Dimension"/>.</param>
    public void Apply(ReadOnlySpan<float> vector, Span<float> target)
    {
        vector.CopyTo(target);
        target[vector.Length..].Clear();
        for (var round = 0; round < _signs.Length; round++)
        {
            var block = target.Slice(round % 2 == 0 ? 0 : Dimension - _block, _block);
            TensorPrimitives.Multiply(block, _signs[round], block);
            Hadamard(block);
        }
    }

    private static void Hadamard(Span<float> block)
    {
        ref var start = ref block[0];
        for (var i = 0; i < block.Length; i += Vector512<float>.Count)
        {
            var lanes = Vector512.LoadUnsafe(ref start, (nuint)i);
            lanes = Butterfly(lanes, Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14), 0xAAAA);
            lanes = Butterfly(lanes, Vector512.Create(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13), 0xCCCC);
            lanes = Butterfly(lanes, Vector512.Create(4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11), 0xF0F0);
            lanes = Butterfly(lanes, Vector512.Create(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7), 0xFF00);
            lanes.StoreUnsafe(ref start, (nuint)i);
        }

        for (var half = Vector512<float>.Count; half < block.Length; half *= 2)
        {
            for (var at = 0; at < block.Length; at += 2 * half)
            {
                for (var i = at; i < at + half; i += Vector512<float>.Count)
                {
                    var left = Vector512.LoadUnsafe(ref start, (nuint)i);
                    var right = Vector512.LoadUnsafe(ref start, (nuint)(i + half));
                    (left + right).StoreUnsafe(ref start, (nuint)i);
                    (left - right).StoreUnsafe(ref start, (nuint)(i + half));
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Butterfly(Vector512<float> lanes, Vector512<int> partner, uint negative)
    {
        var signs = Vector512.ConditionalSelect(Lanes(negative), Vector512.Create(-1f), Vector512<float>.One);
        return Vector512.MultiplyAddEstimate(lanes, signs, Vector512.Shuffle(lanes, partner));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Lanes(uint bits)
    {
        var bit = Vector512.Create(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
        return Vector512.Equals(Vector512.Create((int)bits) & bit, bit).AsSingle();
    }
}
