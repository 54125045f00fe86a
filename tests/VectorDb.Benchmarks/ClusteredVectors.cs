namespace VectorDb.Benchmarks;

/// <summary>
/// Synthetic vectors that lie in clusters as embeddings do, around a centre with normal noise of the same size in every direction, which is
/// harder to tell apart than real neighbours are. The same arguments give the same vectors.
/// </summary>
internal sealed class ClusteredVectors
{
    private const float Spread = 0.6f;

    private readonly int _dimension;
    private readonly float[] _centres;
    private readonly int _clusters;

    /// <param name="clusterSize">Vectors in a cluster, about.</param>
    public ClusteredVectors(int count, int dimension, int clusterSize)
    {
        _dimension = dimension;
        _clusters = Math.Max(1, count / clusterSize);
        _centres = new float[_clusters * dimension];
        Normal(new Random(7), _centres);
    }

    /// <summary>Vector <paramref name="number"/>; those from the count upward serve as queries.</summary>
    public float[] this[int number]
    {
        get
        {
            var random = new Random(unchecked(1_000_003 * (number + 1)));
            var vector = new float[_dimension];
            Normal(random, vector);
            var centre = _centres.AsSpan(random.Next(_clusters) * _dimension, _dimension);
            for (var i = 0; i < vector.Length; i++)
            {
                vector[i] = centre[i] + (Spread * vector[i]);
            }

            return vector;
        }
    }

    // The sum of eight uniform bytes is close enough to normal, and many times faster than a logarithm and a root.
    private static void Normal(Random random, Span<float> target)
    {
        const float Deviation = 209.02f;
        foreach (ref var value in target)
        {
            var bits = (ulong)random.NextInt64();
            var sum = 0;
            for (var i = 0; i < 8; i++, bits >>= 8)
            {
                sum += (int)(bits & 0xFF);
            }

            value = (sum - 1004) / Deviation;
        }
    }
}
