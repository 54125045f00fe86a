using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using VectorDb.Core.Collections;

namespace VectorDb.Core.Search;

/// <summary>
/// How vectors are compared. Inside a search the Euclidean score is the negated square of the distance; it becomes the distance when
/// results leave.
/// </summary>
internal static class Similarity
{
    private const float RootRounding = 1.000001f;

    /// <summary>
    /// The least squared length under which a direction can be told. A square in the subnormals is rounded by up to 2^-150, half of the least
    /// number there is; of the 16,000 dimensions that a vector may have, that makes 2^-24 of this sum at most, which is how precise a float is.
    /// </summary>
    public const float LeastSquare = CollectionRules.MaximumDimension * 1.17549435e-38f;

    // 2^100: it takes the least number there is so far that its square is a normal one, and none of so short a vector far enough to overflow.
    private const float ShortScale = 1.2676506e30f;

    public static void Prepare(Metric metric, ReadOnlySpan<float> vector, Span<float> target)
    {
        if (metric == Metric.Cosine)
        {
            if (TensorPrimitives.SumOfSquares(vector) < LeastSquare)
            {
                // Earlier releases stored such short ones. To multiply by a power of two rounds nothing.
                TensorPrimitives.Multiply(vector, ShortScale, target);
                vector = target;
            }

            TensorPrimitives.Divide(vector, TensorPrimitives.Norm(vector), target);
        }
        else
        {
            vector.CopyTo(target);
        }
    }

    /// <returns>Higher is nearer.</returns>
    public static float Inner(Metric metric, ReadOnlySpan<float> query, ReadOnlySpan<float> vector) =>
        metric == Metric.Euclidean ? -SquaredDistance(query, vector) : Product(query, vector);

    // Adding to a positive zero leaves no negative one; rounding takes the cosine of a vector with itself a little beyond 1.
    public static float ToScore(Metric metric, float inner) => metric switch
    {
        Metric.Euclidean => 0f - MathF.Sqrt(-inner),
        Metric.Cosine => 0f + Math.Clamp(inner, -1f, 1f),
        _ => 0f + inner,
    };

    /// <returns>
    /// What every result of at least that score has inside, and a few just below it may have: the score itself decides. Infinite when
    /// there can be none.
    /// </returns>
    public static float FromScore(Metric metric, float score) => (metric, score) switch
    {
        (Metric.Euclidean, > 0) => float.PositiveInfinity,
        // A root is rounded, and its square again: the distance that it came from may be a few steps farther.
        (Metric.Euclidean, _) => MathF.BitDecrement(-(score * score * RootRounding)),
        (Metric.Cosine, <= -1) => float.NegativeInfinity,
        _ => score,
    };

    private static float Product(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        ref readonly var x = ref left[0];
        ref readonly var y = ref right[0];
        nuint i = 0;
        for (; (int)i <= left.Length - 64; i += 64)
        {
            a = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(in x, i), Vector512.LoadUnsafe(in y, i), a);
            b = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(in x, i + 16), Vector512.LoadUnsafe(in y, i + 16), b);
            c = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(in x, i + 32), Vector512.LoadUnsafe(in y, i + 32), c);
            d = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(in x, i + 48), Vector512.LoadUnsafe(in y, i + 48), d);
        }

        var sum = Vector512.Sum(a + b + (c + d));
        return (int)i == left.Length ? sum : sum + TensorPrimitives.Dot(left[(int)i..], right[(int)i..]);
    }

    private static float SquaredDistance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var (a, b) = (Vector512<float>.Zero, Vector512<float>.Zero);
        ref readonly var x = ref left[0];
        ref readonly var y = ref right[0];
        nuint i = 0;
        for (; (int)i <= left.Length - 32; i += 32)
        {
            var first = Vector512.LoadUnsafe(in x, i) - Vector512.LoadUnsafe(in y, i);
            var second = Vector512.LoadUnsafe(in x, i + 16) - Vector512.LoadUnsafe(in y, i + 16);
            a = Vector512.MultiplyAddEstimate(first, first, a);
            b = Vector512.MultiplyAddEstimate(second, second, b);
        }

        var sum = Vector512.Sum(a + b);
        for (; (int)i < left.Length; i++)
        {
            var difference = left[(int)i] - right[(int)i];
            sum += difference * difference;
        }

        return sum;
    }
}
