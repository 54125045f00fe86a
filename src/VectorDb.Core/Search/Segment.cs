using System.Numerics.Tensors;
using VectorDb.Core.Collections;

namespace VectorDb.Core.Search;

/// <summary>
/// A run of records in sequence order: their floats, and what else a search reads. One writer appends behind what readers see;
/// a full segment never changes. The number of rows is a search's unit of work, small enough for its scratch space to stay in L1.
/// </summary>
internal sealed class Segment(Metric metric, int dimension, int capacity)
{
    public const int MaximumRows = 4096;

    private readonly float[] _vectors = GC.AllocateUninitializedArray<float>(capacity * dimension, pinned: true);
    private readonly long[] _sequences = new long[capacity];

    public int Capacity => capacity;

    /// <summary>Rows written, by the writer's own view.</summary>
    public int Count { get; private set; }

    public MetadataColumns Metadata { get; private init; } = new();

    public long Sequence(int row) => _sequences[row];

    /// <summary>Under cosine of length 1.</summary>
    public ReadOnlySpan<float> Vector(int row) => _vectors.AsSpan(row * dimension, dimension);

    public void Append(long sequence, ReadOnlySpan<float> vector, ReadOnlySpan<byte> metadata)
    {
        var target = _vectors.AsSpan(Count * dimension, dimension);
        Similarity.Prepare(metric, vector, target);
        _sequences[Count] = sequence;
        Metadata.Add(Count, metadata);
        Count++;
    }

    /// <returns>The row, or a negative number.</returns>
    public int Find(long sequence) => Array.BinarySearch(_sequences, 0, Count, sequence);

    public Segment Grown()
    {
        var larger = new Segment(metric, dimension, Math.Min(MaximumRows, capacity * 4)) { Metadata = Metadata, Count = Count };
        _vectors.AsSpan(0, Count * dimension).CopyTo(larger._vectors);
        _sequences.AsSpan(0, Count).CopyTo(larger._sequences);
        return larger;
    }
}

/// <summary>How vectors are compared, once they are prepared.</summary>
internal static class Similarity
{
    public static void Prepare(Metric metric, ReadOnlySpan<float> vector, Span<float> target)
    {
        if (metric == Metric.Cosine)
        {
            TensorPrimitives.Divide(vector, TensorPrimitives.Norm(vector), target);
        }
        else
        {
            vector.CopyTo(target);
        }
    }

    /// <returns>Higher is nearer.</returns>
    public static float Score(Metric metric, ReadOnlySpan<float> query, ReadOnlySpan<float> vector) =>
        metric == Metric.Euclidean ? -TensorPrimitives.Distance(query, vector) : TensorPrimitives.Dot(query, vector);
}
