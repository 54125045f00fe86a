using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace VectorDb.Benchmarks;

/// <summary>Vectors, queries, and for each query the true nearest by cosine.</summary>
internal sealed class Workload
{
    public const int TopK = 10;

    /// <summary>Vectors in a cluster, where nothing else is said.</summary>
    public const int UsualClusterSize = 100;

    private readonly float[] _norms;

    private Workload(int dimension, int clusterSize, float[][] vectors, float[][] queries)
    {
        (Dimension, ClusterSize, Vectors, Queries) = (dimension, clusterSize, vectors, queries);
        _norms = Array.ConvertAll(vectors, static vector => TensorPrimitives.Norm<float>(vector));
        Truth = NearestOf(static _ => true);
    }

    public int Dimension { get; }

    public float[][] Vectors { get; }

    public float[][] Queries { get; }

    public int[][] Truth { get; }

    public string Name => $"{Vectors.Length:N0} x {Dimension}";

    /// <summary>Vectors in a cluster, about.</summary>
    public int ClusterSize { get; }

    public static Workload Make(int count, int dimension, int queries, int clusterSize = UsualClusterSize)
    {
        var source = new ClusteredVectors(count, dimension, clusterSize);
        var vectors = new float[count][];
        Parallel.For(0, count, i => vectors[i] = source[i]);
        return new Workload(dimension, clusterSize, vectors, [.. Enumerable.Range(count, queries).Select(i => source[i])]);
    }

    /// <summary>The true nearest among those vectors that <paramref name="included"/> says.</summary>
    public int[][] NearestOf(Func<int, bool> included)
    {
        var truth = new int[Queries.Length][];
        Parallel.For(0, Queries.Length, q =>
        {
            var nearest = new PriorityQueue<int, float>();
            for (var i = 0; i < Vectors.Length; i++)
            {
                if (!included(i))
                {
                    continue;
                }

                var score = TensorPrimitives.Dot<float>(Queries[q], Vectors[i]) / _norms[i];
                if (nearest.Count < TopK)
                {
                    nearest.Enqueue(i, score);
                }
                else
                {
                    nearest.EnqueueDequeue(i, score);
                }
            }

            truth[q] = [.. nearest.UnorderedItems.Select(item => item.Element)];
        });
        return truth;
    }

    /// <summary>What the floats alone take.</summary>
    public double Megabytes => (double)Vectors.Length * Dimension * sizeof(float) / (1 << 20);

    /// <summary>The files that <c>hnswlib_benchmark.py</c> reads.</summary>
    public void WriteTo(string folder)
    {
        Write("vectors.f32", Vectors, static vector => MemoryMarshal.AsBytes<float>(vector));
        Write("queries.f32", Queries, static query => MemoryMarshal.AsBytes<float>(query));
        Write("truth.i32", Truth, static nearest => MemoryMarshal.AsBytes<int>(nearest));

        void Write<T>(string name, T[][] rows, Bytes<T> bytes)
        {
            using var file = File.Create(Path.Combine(folder, name));
            foreach (var row in rows)
            {
                file.Write(bytes(row));
            }
        }
    }

    private delegate ReadOnlySpan<byte> Bytes<T>(T[] row);
}
