using FsCheck.Xunit;
using VectorDb.Core.Collections;
using VectorDb.Core.Search;

namespace VectorDb.Core.Tests.Search;

/// <summary>Against arithmetic that shares no line with the index: doubles, one at a time.</summary>
public sealed class BruteForceTests
{
    /// <summary>Few coarse values make zero vectors, copies and ties, where orders and bounds go wrong first.</summary>
    [Property(MaxTest = 40)]
    public bool An_exact_search_and_a_search_that_returns_everything_agree_with_a_plain_scan(byte[] values, byte[] removed, byte shape)
    {
        var metric = Enum.GetValues<Metric>()[shape % 3];
        var dimension = new[] { 3, 33, 70 }[shape / 3 % 3];
        var count = 1 + (values.Length * 5);
        var index = new VectorIndex(metric, dimension);
        var vectors = new Dictionary<long, float[]>();
        for (var n = 1; n <= count; n++)
        {
            var vector = new float[dimension];
            for (var i = 0; i < dimension && values.Length > 0; i++)
            {
                vector[i] = (values[((n * 31) + (i * 7)) % values.Length] % 5) - 2;
            }

            vector[0] = metric == Metric.Cosine && vector.All(value => value == 0) ? 1 : vector[0];
            index.Append(n, vector, []);
            vectors[n] = vector;
        }

        foreach (var victim in removed.Select(step => 1 + (step * 13L % count)))
        {
            index.Remove(victim);
            vectors.Remove(victim);
        }

        index.Publish(count);
        var query = Vectors.Normal(shape, dimension);
        var expected = vectors.Select(pair => Score(metric, query, pair.Value)).OrderDescending().ToArray();
        return new[] { true, false }.All(exact => new[] { 5, 1_000 }.All(topK =>
        {
            var found = index.Search(new SearchRequest(query, topK, Filter: null, exact, Minimum: null));
            return found.Length == Math.Min(topK, expected.Length)
                && found.All(neighbour => IsNear(neighbour.Score, Score(metric, query, vectors[neighbour.Sequence])))
                && (!exact && topK == 5 || found.Zip(expected).All(pair => IsNear(pair.First.Score, pair.Second)));
        }));
    }

    private static bool IsNear(double left, double right) => Math.Abs(left - right) <= 1e-4 * (1 + Math.Abs(right));

    private static double Score(Metric metric, float[] query, float[] vector)
    {
        var dot = query.Zip(vector, (x, y) => (double)x * y).Sum();
        return metric switch
        {
            Metric.Dot => dot,
            Metric.Euclidean => -Math.Sqrt(query.Zip(vector, (x, y) => ((double)x - y) * ((double)x - y)).Sum()),
            _ => dot / Math.Sqrt(query.Sum(x => (double)x * x) * vector.Sum(y => (double)y * y)),
        };
    }
}
