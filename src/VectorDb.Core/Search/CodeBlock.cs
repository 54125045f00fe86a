using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using VectorDb.Core.Collections;

namespace VectorDb.Core.Search;

/// <summary>
/// The codes of a segment: of each vector, less the segment's mean and rotated, one sign a dimension, and two numbers that turn the
/// agreement of those signs with a query into a score: RaBitQ (Gao and Long, SIGMOD 2024). A second bit a dimension refines what the signs
/// leave in doubt, and is read for nothing else: extended RaBitQ (Gao et al., SIGMOD 2025). The signs of a vector lie together; those of its
/// first dimensions, its sketch, lie once more in groups of 64 vectors, transposed, so that one register looks up 64 vectors at once:
/// the layout of PQ Fast Scan (André, Kermarrec and Le Scouarnec, VLDB 2015).
/// </summary>
/// <remarks>
/// Both bits together stand for -3, -1, 1 or 3: twice the sign, and the second bit as a smaller sign. The step between such levels
/// that is best for normal values is 0.9957 standard deviations: Max, "Quantizing for minimum distortion" (IRE 1960).
/// </remarks>
internal sealed class CodeBlock(Metric metric, Rotation rotation, int capacity, Slab slab)
{
    public const int GroupSize = 64;

    /// <summary>Bytes of a sketch; most vectors are ruled out by them alone.</summary>
    public const int SketchBytes = 32;

    private const float BestStep = 0.9957f;

    private readonly int _stride = Stride(rotation);
    private readonly Slab.Part<ulong> _signs = slab.Take<ulong>(capacity * Stride(rotation));
    private readonly Slab.Part<ulong> _refinements = slab.Take<ulong>(capacity * Stride(rotation));
    private readonly Slab.Part<byte> _sketches = slab.Take<byte>(capacity * SketchBytes);
    private readonly Slab.Part<float> _addends = slab.Take<float>(capacity);
    private readonly Slab.Part<float> _scales = slab.Take<float>(capacity);
    private readonly float[] _centre = new float[rotation.Dimension];

    /// <summary>The mean of the vectors that were there first, rotated.</summary>
    public ReadOnlySpan<float> Centre => _centre;

    public static int SizeOf(Rotation rotation, int capacity) =>
        (2 * Slab.SizeOf<ulong>(capacity * Stride(rotation))) + Slab.SizeOf<byte>(capacity * SketchBytes) + (2 * Slab.SizeOf<float>(capacity));

    /// <summary>Of a group; score = addend + scale * agreement of the sketch, scaled up to the whole code, up to what is the same for the segment.</summary>
    public ReadOnlySpan<float> Addends(int group) => _addends.Slice(group * GroupSize, GroupSize);

    public ReadOnlySpan<float> Scales(int group) => _scales.Slice(group * GroupSize, GroupSize);

    /// <summary>Sketches of a group: byte 0 of each, then byte 1 of each. Within such a row of 64, even places hold the first half.</summary>
    public ReadOnlySpan<byte> Sketches(int group) => _sketches.Slice(group * GroupSize * SketchBytes, GroupSize * SketchBytes);

    /// <summary>Of one vector.</summary>
    public SignCode Signs(int row) => new(_signs.Slice(row * _stride, _stride));

    /// <summary>Its second bits, as smaller signs; the numbers are for twice the agreement of the signs and that of these.</summary>
    public SignCode Refinement(int row) => new(_refinements.Slice(row * _stride, _stride));

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

        var square = TensorPrimitives.SumOfSquares(residual);
        var step = Vector512.Create(BestStep * MathF.Sqrt(square / rotation.Dimension));
        var signs = _signs.Slice(row * _stride, _stride);
        var refinement = _refinements.Slice(row * _stride, _stride);
        const int SketchWords = SketchBytes / sizeof(ulong);
        var (lengths, agreements, sketched) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (refinedLengths, refinedAgreements) = (Vector512<float>.Zero, Vector512<float>.Zero);
        for (var word = 0; word < _stride - 1; word++)
        {
            sketched = word == SketchWords ? agreements : sketched;
            (signs[word], refinement[word]) = (0, 0);
            for (var i = 0; i < 64; i += Vector512<float>.Count)
            {
                var values = Vector512.LoadUnsafe(ref residual[(word * 64) + i]);
                var centre = Vector512.LoadUnsafe(ref _centre[(word * 64) + i]);
                var positive = Vector512.GreaterThan(values, Vector512<float>.Zero);
                var second = Vector512.GreaterThan(Vector512.Abs(values), step) ^ ~positive;
                signs[word] |= positive.ExtractMostSignificantBits() << i;
                refinement[word] |= second.ExtractMostSignificantBits() << i;
                lengths += Vector512.Abs(values);
                refinedLengths += Vector512.ConditionalSelect(second, values, -values);
                agreements += Vector512.ConditionalSelect(positive, centre, -centre);
                refinedAgreements += Vector512.ConditionalSelect(second, centre, -centre);
            }
        }

        Sketch(row, signs[..SketchWords]);
        var (factor, addend) = metric == Metric.Euclidean ? (2f, -square) : (1f, TensorPrimitives.Dot(residual, _centre));
        var scale = Scale(lengths);
        var refinedScale = Scale((2 * lengths) + refinedLengths);
        signs[^1] = SignCode.Numbers(addend - (scale * Vector512.Sum(agreements)), scale);
        refinement[^1] = SignCode.Numbers(addend - (refinedScale * Vector512.Sum((2 * agreements) + refinedAgreements)), refinedScale);
        _addends.Slice(row, 1)[0] = addend - (scale * Vector512.Sum(sketched) * rotation.Dimension / (8 * SketchBytes));
        _scales.Slice(row, 1)[0] = scale;

        float Scale(Vector512<float> along) => Vector512.Sum(along) is var length and > 0 ? factor * square / length : 0;
    }

    // Words of bits, and one of a vector's two numbers.
    private static int Stride(Rotation rotation) => (rotation.Dimension / 64) + 1;

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
