using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using VectorDb.Core.Collections;

namespace VectorDb.Core.Search;

/// <summary>
/// The 1-bit codes of a segment: of each vector, less the segment's mean and rotated, one sign a dimension, and two numbers that turn the
/// agreement of those signs with a query into a score. Groups of 64 vectors lie transposed, byte by byte, so that one register looks
/// up 64 vectors at once. The idea is that of RaBitQ (Gao and Long, 2024), whose error bound says which vectors need their floats.
/// </summary>
internal sealed class CodeBlock(Metric metric, Rotation rotation, int capacity)
{
    public const int GroupSize = 64;

    /// <summary>Bytes of each code that a scan reads first; most vectors are ruled out by them alone.</summary>
    public const int PrefixBytes = 64;

    private readonly byte[] _codes = GC.AllocateUninitializedArray<byte>(capacity * rotation.Dimension / 8, pinned: true);
    private readonly float[] _addends = new float[capacity];
    private readonly float[] _prefixAddends = new float[capacity];
    private readonly float[] _scales = new float[capacity];
    private readonly float[] _centre = new float[rotation.Dimension];

    /// <summary>Bytes of one code.</summary>
    public int Bytes => rotation.Dimension / 8;

    /// <summary>The mean of the vectors that were there first, rotated.</summary>
    public ReadOnlySpan<float> Centre => _centre;

    /// <summary>Score = addend + scale * agreement, up to what is the same for the whole segment.</summary>
    public ReadOnlySpan<float> Addends => _addends;

    /// <summary>The same for the agreement of the prefix, scaled up to the whole code.</summary>
    public ReadOnlySpan<float> PrefixAddends => _prefixAddends;

    public ReadOnlySpan<float> Scales => _scales;

    /// <summary>Codes of 64 vectors: byte 0 of each, then byte 1 of each. Within such a row of 64, even places hold the first half.</summary>
    public ReadOnlySpan<byte> Group(int group) => _codes.AsSpan(group * GroupSize * Bytes, GroupSize * Bytes);

    /// <param name="vectors">Those whose mean becomes the centre; before the first is encoded.</param>
    public void CentreOn(ReadOnlySpan<float> vectors, int dimension)
    {
        const int Sample = 1024;
        var count = vectors.Length / dimension;
        var step = Math.Max(1, count / Sample);
        var mean = new float[dimension];
        var taken = 0;
        for (var row = 0; row < count; row += step, taken++)
        {
            TensorPrimitives.Add(mean, vectors.Slice(row * dimension, dimension), mean);
        }

        TensorPrimitives.Divide(mean, Math.Max(1, taken), mean);
        rotation.Apply(mean, _centre);
    }

    public void Encode(int row, ReadOnlySpan<float> vector)
    {
        Span<float> residual = stackalloc float[rotation.Dimension];
        rotation.Apply(vector, residual);
        TensorPrimitives.Subtract(residual, _centre, residual);

        var codes = _codes.AsSpan((row / GroupSize * GroupSize * Bytes) + Lane(row % GroupSize));
        var prefixDimension = 8 * PrefixBytes;
        var (length, prefixAgreement, agreement) = (0f, 0f, 0f);
        for (var i = 0; i < residual.Length; i += Vector512<float>.Count)
        {
            var values = Vector512.LoadUnsafe(ref residual[i]);
            var centre = Vector512.LoadUnsafe(ref _centre[i]);
            var positive = Vector512.GreaterThan(values, Vector512<float>.Zero);
            var bits = positive.ExtractMostSignificantBits();
            codes[i / 8 * GroupSize] = (byte)bits;
            codes[((i / 8) + 1) * GroupSize] = (byte)(bits >> 8);
            length += Vector512.Sum(Vector512.Abs(values));
            agreement += Vector512.Sum(Vector512.ConditionalSelect(positive, centre, -centre));
            if (i + Vector512<float>.Count == prefixDimension)
            {
                prefixAgreement = agreement * rotation.Dimension / prefixDimension;
            }
        }

        var square = TensorPrimitives.SumOfSquares(residual);
        var scale = length > 0 ? square / length : 0;
        var (factor, addend) = metric == Metric.Euclidean ? (2f, -square) : (1f, TensorPrimitives.Dot(residual, _centre));
        _scales[row] = factor * scale;
        _addends[row] = addend - (factor * scale * agreement);
        _prefixAddends[row] = addend - (factor * scale * prefixAgreement);
    }

    // Sums of even and of odd bytes come out of a scan separately: the halves of the group.
    private static int Lane(int place) => place < GroupSize / 2 ? 2 * place : (2 * (place - (GroupSize / 2))) + 1;
}
