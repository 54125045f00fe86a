namespace VectorDb.Core.Tests.Search;

internal static class Vectors
{
    public static float[] Normal(int seed, int dimension)
    {
        var random = new Random(seed);
        var vector = new float[dimension];
        for (var i = 0; i < dimension; i++)
        {
            vector[i] = (random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f) * 2;
        }

        return vector;
    }

    /// <summary>In forty clusters, all away from the origin, of different lengths: like embeddings, but not normalised.</summary>
    public static float[] Clustered(int number, int dimension) => Clustered(number, dimension, clusters: 40);

    /// <summary>The same, but of six thousand only fifty lie in each cluster.</summary>
    public static float[] InSmallClusters(int number, int dimension) => Clustered(number, dimension, clusters: 121);

    private static float[] Clustered(int number, int dimension, int clusters)
    {
        var (centre, noise) = (Normal(1_000_000 + (number % clusters), dimension), Normal(number, dimension));
        var length = 0.5f + (number % 7 * 0.2f);
        for (var i = 0; i < dimension; i++)
        {
            noise[i] = length * (0.5f + centre[i] + (0.6f * noise[i]));
        }

        return noise;
    }
}
