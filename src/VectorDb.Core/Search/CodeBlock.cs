using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using VectorDb.Core.Collections;

namespace VectorDb.Core.Search;

/// <summary>
/// The 1-bit codes of a segment: of each vector, less the segment's mean and rotated, one sign a dimension, and two numbers that turn the
/// agreement of those signs with a query into a score: RaBitQ (Gao and Long, SIGMOD 2024). The signs of a vector lie together; those of its
/// first dimensions, its sketch, lie once more in groups of 64 vectors, transposed, so that one register looks up 64 vectors at once:
/// the layout of PQ Fast Scan (André, Kermarrec and Le Scouarnec, VLDB 2015).
/// </summary>
internal sealed class CodeBlock(Metric metric, Rotation rotation, int capacity, Slab slab)
{
    public const int GroupSize = 64;

    /// <summary>Bytes of a sketch; most vectors are ruled out by them alone.</summary>
    public const int SketchBytes = 32;

    // Words of signs, and one of a vector's two numbers.
    private readonly int _stride = (rotation.Dimension / 64) + 1;
    private readonly Slab.Part<ulong> _codes = slab.Take<ulong>(capacity * ((rotation.Dimension / 64) + 1));
    private readonly Slab.Part<byte> _sketches = slab.Take<byte>(capacity * SketchBytes);
    private readonly Slab.Part<float> _addends = slab.Take<float>(capacity);
    private readonly Slab.Part<float> _scales = slab.Take<float>(capacity);
    private readonly float[] _centre = new float[rotation.Dimension];

    /// <summary>The mean of the vectors that were there first, rotated.</summary>
    public ReadOnlySpan<float> Centre => _centre;

    public static int SizeOf(Rotation rotation, int capacity) =>
        Slab.SizeOf<ulong>(capacity * ((rotation.Dimension / 64) + 1)) + Slab.SizeOf<byte>(capacity * SketchBytes) + (2 * Slab.SizeOf<float>(capacity));

    /// <summary>Of a group; score = addend + scale * agreement of the sketch, scaled up to the whole code, up to what is the same for the segment.</summary>
    public ReadOnlySpan<float> Addends(int group) => _addends.Slice(group * GroupSize, GroupSize);

    public ReadOnlySpan<float> Scales(int group) => _scales.Slice(group * GroupSize, GroupSize);

    /// <summary>Sketches of a group: byte 0 of each, then byte 1 of each. Within such a row of 64, even places hold the first half.</summary>
    public ReadOnlySpan<byte> Sketches(int group) => _sketches.Slice(group * GroupSize * SketchBytes, GroupSize * SketchBytes);

    /// <summary>The code of one vector.</summary>
    public SignCode this[int row] => new(_codes.Slice(row * _stride, _stride));

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

        var code = _codes.Slice(row * _stride, _stride);
        var signs = code[..^1];
        const int SketchWords = SketchBytes / sizeof(ulong);
        var (lengths, agreements, sketched) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        for (var word = 0; word < signs.Length; word++)
        {
            sketched = word == SketchWords ? agreements : sketched;
            signs[word] = 0;
            for (var i = 0; i < 64; i += Vector512<float>.Count)
            {
                var values = Vector512.LoadUnsafe(ref residual[(word * 64) + i]);
                var centre = Vector512.LoadUnsafe(ref _centre[(word * 64) + i]);
                var positive = Vector512.GreaterThan(values, Vector512<float>.Zero);
                signs[word] |= positive.ExtractMostSignificantBits() << i;
                lengths += Vector512.Abs(values);
                agreements += Vector512.ConditionalSelect(positive, centre, -centre);
            }
        }

        Sketch(row, signs[..SketchWords]);
        var (length, square) = (Vector512.Sum(lengths), TensorPrimitives.SumOfSquares(residual));
        var scale = length > 0 ? square / length : 0;
        var (factor, addend) = metric == Metric.Euclidean ? (2f, -square) : (1f, TensorPrimitives.Dot(residual, _centre));
        scale *= factor;
        code[^1] = SignCode.Numbers(addend - (scale * Vector512.Sum(agreements)), scale);
        _addends.Slice(row, 1)[0] = addend - (scale * Vector512.Sum(sketched) * rotation.Dimension / (8 * SketchBytes));
        _scales.Slice(row, 1)[0] = scale;
    }

    private void Sketch(int row, ReadOnlySpan<ulong> signs)
    {
        // Sums of even and of odd bytes come out of a scan separately: the halves of the group.
        var place = row % GroupSize;
        var lane = place < GroupSize / 2 ? 2 * place : (2 * (place - (GroupSize / 2))) + 1;
        var group = _sketches.Slice(row / GroupSize * GroupSize * SketchBytes, GroupSize * SketchBytes);
        for (var i = 0; i < SketchBytes; i++)
        {
            group[(i * GroupSize) + lane] = (byte)(signs[i / 8] >> (i % 8 * 8));
        }
    }
}

/// <summary>Signs, one bit a dimension, set where the vector is positive; score = addend + scale * agreement, up to what is the same for the segment.</summary>
internal readonly ref struct SignCode
{
    public SignCode(ReadOnlySpan<ulong> words) => Words = words;

    public ReadOnlySpan<ulong> Words { get; }

    public ReadOnlySpan<ulong> Signs => Words[..^1];

    public float Addend => BitConverter.UInt32BitsToSingle((uint)Words[^1]);

    public float Scale => BitConverter.UInt32BitsToSingle((uint)(Words[^1] >> 32));

    public static ulong Numbers(float addend, float scale) =>
        BitConverter.SingleToUInt32Bits(addend) | (ulong)BitConverter.SingleToUInt32Bits(scale) << 32;
}
