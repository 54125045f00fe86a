using System.Text;
using VectorDb.Core.Collections;
using VectorDb.Core.Filters;
using VectorDb.Core.Search;

namespace VectorDb.Core.Tests.Search;

public sealed class VectorIndexTests
{
    private const int Count = 6_000;
    private const int Queries = 50;
    private const int TopK = 10;

    private static readonly Lazy<VectorIndex> Shared = new(() => Filled(Metric.Cosine, 64, Vectors.Clustered));

    [Theory]
    [Trait(Suites.Trait, Suites.Full)]
    [InlineData(Metric.Cosine, 40)]
    [InlineData(Metric.Cosine, 384)]
    [InlineData(Metric.Cosine, 700)]
    [InlineData(Metric.Dot, 384)]
    [InlineData(Metric.Dot, 700)]
    [InlineData(Metric.Euclidean, 384)]
    [InlineData(Metric.Euclidean, 700)]
    public void A_search_of_codes_finds_what_a_scan_of_floats_finds(Metric metric, int dimension) =>
        Assert.InRange(Recall(Filled(metric, dimension, Vectors.Clustered), Vectors.Clustered, dimension, filter: null), 0.99, 1);

    [Theory]
    [Trait(Suites.Trait, Suites.Full)]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Euclidean)]
    public void Vectors_in_no_clusters_at_all_are_found_too(Metric metric) =>
        Assert.InRange(Recall(Filled(metric, 384, Vectors.Normal), Vectors.Normal, 384, filter: null), 0.98, 1);

    [Theory]
    [InlineData("""{"must":[{"key":"n","lt":3000}]}""")]
    [InlineData("""{"must":[{"key":"tenth","match":3}]}""")]
    [InlineData("""{"must":[{"key":"name","match":"n77"}]}""")]
    [InlineData("""{"must":[{"key":"n","gte":100,"lt":106}]}""")]
    [InlineData("""{"mustNot":[{"key":"tenth","match":3}],"should":[{"key":"n","lt":50},{"key":"n","gte":5950}]}""")]
    public void A_filtered_search_finds_the_nearest_of_those_that_match_however_few_they_are(string filter) =>
        Assert.InRange(
            Recall(Shared.Value, Vectors.Clustered, 64, new CompiledFilter(FilterParser.Parse(filter))), 0.99, 1);

    /// <summary>A tenth of the records leaves five to a cluster: half of the results are as near as thousands of others.</summary>
    [Theory]
    [Trait(Suites.Trait, Suites.Full)]
    [InlineData(Metric.Cosine, 384)]
    [InlineData(Metric.Dot, 384)]
    [InlineData(Metric.Euclidean, 384)]
    [InlineData(Metric.Cosine, 700)]
    public void A_filter_that_leaves_less_of_a_cluster_than_is_asked_for_finds_the_nearest_of_the_others(Metric metric, int dimension)
    {
        var tenth = new CompiledFilter(FilterParser.Parse("""{"must":[{"key":"tenth","match":3}]}"""));

        Assert.InRange(Recall(Filled(metric, dimension, Vectors.InSmallClusters), Vectors.InSmallClusters, dimension, tenth), 0.99, 1);
    }

    /// <summary>More than floats are read for, and those that are nearer come last: what is left out is what promises least.</summary>
    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclidean)]
    public void Among_copies_by_the_thousand_those_that_are_a_little_nearer_are_found(Metric metric)
    {
        const int Rows = 20_000;
        var (query, copy) = (Vectors.Normal(1, 40), Vectors.Normal(2, 40));
        float[] nearer = [.. copy.Zip(query, static (x, y) => x + (0.002f * y))];
        var index = new VectorIndex(metric, 40);
        for (var n = 1; n <= Rows + TopK; n++)
        {
            // Some others keep the mean of a segment away from the copies, whose codes would else be exact.
            index.Append(n, n > Rows ? nearer : n % 4 == 0 ? [.. query.Select(static value => -value)] : copy, []);
        }

        index.Publish(Rows + TopK);
        var results = index.Search(new SearchRequest(query, TopK, Filter: null, Exact: false, Minimum: null));

        Assert.All(results, result => Assert.True(result.Sequence > Rows));
        Assert.Equal(TopK, results.Length);
    }

    [Theory]
    [Trait(Suites.Trait, Suites.Full)]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclidean)]
    public void What_has_been_replaced_grown_and_merged_is_found_by_its_codes_as_well(Metric metric)
    {
        const int Dimension = 384;
        const int Rewritten = 5_000;
        var index = new VectorIndex(metric, Dimension);
        for (var sequence = 1; sequence <= Count + Rewritten; sequence++)
        {
            var number = sequence <= Count ? sequence - 1 : sequence - Count - 1;
            index.Append(sequence, Vectors.InSmallClusters(number, Dimension), Encoding.UTF8.GetBytes($$"""{"tenth":{{number % 10}}}"""));
            index.Remove(sequence > Count ? sequence - Count : 0);
            if (sequence % 700 == 0)
            {
                index.Publish(sequence);
            }
        }

        index.Publish(Count + Rewritten);

        Assert.Equal(Count, index.Current.Segments.Sum(view => view.AliveCount));
        Assert.InRange(Recall(index, Vectors.InSmallClusters, Dimension, filter: null), 0.99, 1);
        var tenth = new CompiledFilter(FilterParser.Parse("""{"must":[{"key":"tenth","match":3}]}"""));
        Assert.InRange(Recall(index, Vectors.InSmallClusters, Dimension, tenth), 0.99, 1);
    }

    [Fact]
    public void Thousands_of_copies_of_one_vector_fill_the_results()
    {
        var index = Filled(Metric.Cosine, 64, static (_, dimension) => Vectors.Normal(1, dimension));

        var results = index.Search(new SearchRequest(Vectors.Normal(1, 64), TopK, Filter: null, Exact: false, Minimum: null));

        Assert.Equal(TopK, results.Length);
        Assert.All(results, result => Assert.Equal(1, result.Score, 1e-4));
    }

    [Fact]
    public void Records_that_are_replaced_again_and_again_do_not_fill_the_memory()
    {
        const int Records = 300;
        var index = new VectorIndex(Metric.Cosine, 40);
        for (var sequence = 1; sequence <= 40_000; sequence++)
        {
            index.Append(sequence, Vectors.Clustered(sequence % Records, 40), Encoding.UTF8.GetBytes($$"""{"n":{{sequence % Records}}}"""));
            index.Remove(sequence - Records);
            if (sequence % 500 == 0)
            {
                index.Publish(sequence);
            }
        }

        Assert.InRange(index.Current.Segments.Sum(view => view.Segment.Capacity), Records, 3 * Segment.MaximumRows);
        var filter = new CompiledFilter(FilterParser.Parse("""{"must":[{"key":"n","match":7}]}"""));
        var request = new SearchRequest(Vectors.Clustered(7, 40), 1_000, Filter: null, Exact: false, Minimum: null);
        Assert.Equal(Records, index.Search(request).Length);
        Assert.Equal(index.Search(request)[0].Sequence, Assert.Single(index.Search(request with { Filter = filter })).Sequence);
    }

    /// <summary>Among records that are all about as near, a bound that is wrong once in thousands of times can rule out every one of them.</summary>
    [Theory]
    [Trait(Suites.Trait, Suites.Full)]
    [InlineData(1)]
    [InlineData(2)]
    public void There_are_as_many_results_as_were_asked_for_however_few_these_are(int topK)
    {
        const int Dimension = 384;
        const int Records = 500;
        const int Searches = 5_000;
        var index = new VectorIndex(Metric.Cosine, Dimension);
        for (var n = 1; n <= Records; n++)
        {
            index.Append(n, Vectors.Normal(n, Dimension), []);
        }

        index.Publish(Records);
        var right = 0;
        for (var n = 1; n <= Searches; n++)
        {
            var request = new SearchRequest(Vectors.Normal(Records + n, Dimension), topK, Filter: null, Exact: false, Minimum: null);
            var found = index.Search(request);
            Assert.Equal(topK, found.Length);
            right += found.Intersect(index.Search(request with { Exact = true })).Count();
        }

        Assert.InRange((double)right / (Searches * topK), 0.99, 1);
    }

    [Fact]
    public void A_minimal_score_holds_in_every_metric()
    {
        foreach (var metric in Enum.GetValues<Metric>())
        {
            var index = Filled(metric, 40, Vectors.Clustered);
            var request = new SearchRequest(Vectors.Clustered(9_000, 40), 20, Filter: null, Exact: false, Minimum: null);
            var all = index.Search(request);
            Assert.Equal(10, index.Search(request with { Minimum = (all[9].Score + all[10].Score) / 2 }).Length);
        }
    }

    private static VectorIndex Filled(Metric metric, int dimension, Func<int, int, float[]> vector)
    {
        var index = new VectorIndex(metric, dimension);
        for (var n = 0; n < Count; n++)
        {
            index.Append(n + 1, vector(n, dimension), Encoding.UTF8.GetBytes($$"""{"n":{{n}},"tenth":{{n % 10}},"name":"n{{n % 100}}"}"""));
            if (n % 1000 == 500)
            {
                index.Publish(n + 1);
            }
        }

        index.Publish(Count);
        return index;
    }

    private static double Recall(VectorIndex index, Func<int, int, float[]> vector, int dimension, CompiledFilter? filter)
    {
        var (found, wanted) = (0, 0);
        for (var q = 0; q < Queries; q++)
        {
            var request = new SearchRequest(vector(Count + q, dimension), TopK, filter, Exact: true, Minimum: null);
            var exact = index.Search(request);
            var quick = index.Search(request with { Exact = false });
            Assert.Equal(quick.OrderByDescending(neighbour => neighbour.Score), quick);
            wanted += exact.Length;
            found += exact.Intersect(quick).Count();
        }

        return (double)found / wanted;
    }
}
