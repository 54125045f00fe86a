using System.Text;
using VectorDb.Core.Collections;
using VectorDb.Core.Filters;
using VectorDb.Core.Search;

namespace VectorDb.Core.Tests.Search;

public sealed class ConcurrentSearchTests
{
    private const int Dimension = 40;
    private const int Searches = 200;

    [Fact]
    public async Task Searches_on_all_cores_at_once_find_what_each_finds_alone()
    {
        const int Count = 30_000;
        var index = new VectorIndex(Metric.Cosine, Dimension);
        for (var n = 0; n < Count; n++)
        {
            index.Append(n + 1, Vectors.Clustered(n, Dimension), Encoding.UTF8.GetBytes($$"""{"tenth":{{n % 10}}}"""));
        }

        index.Publish(Count);
        var filter = new CompiledFilter(FilterParser.Parse("""{"must":[{"key":"tenth","match":3}]}"""));
        var requests = Enumerable.Range(0, Searches).Select(n => new SearchRequest(
            Vectors.Clustered(Count + n, Dimension), TopK: 10, n % 3 == 0 ? filter : null, Exact: n % 5 == 0, Minimum: null)).ToArray();
        var alone = Array.ConvertAll(requests, request => index.Search(request with { Exact = true }));

        var together = new Neighbour[Searches][];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var n = thread; n < Searches; n += 4)
            {
                together[n] = index.Search(requests[n]);
            }
        }, TestContext.Current.CancellationToken)));

        var missing = alone.Zip(together, (expected, found) => expected.Except(found).Count()).Sum();
        Assert.InRange(missing, 0, Searches * 10 / 100);
        Assert.All(together, found => Assert.Equal(found.Length, found.DistinctBy(neighbour => neighbour.Sequence).Count()));
    }

    [Fact]
    public async Task A_search_while_records_come_and_go_sees_one_moment()
    {
        // Every publication replaces all records of one generation by those of the next.
        const int InGeneration = 700;
        var index = new VectorIndex(Metric.Cosine, Dimension);
        Add(generation: 0);
        var writing = Task.Run(Write, TestContext.Current.CancellationToken);

        var searched = 0;
        do
        {
            var request = new SearchRequest(Vectors.Clustered(searched, Dimension), TopK: 1_000, Filter: null, Exact: searched++ % 2 == 0, Minimum: null);
            var found = index.Search(request);
            Assert.Equal(InGeneration, found.Length);
            Assert.Single(found.Select(neighbour => (neighbour.Sequence - 1) / InGeneration).Distinct());
        }
        while (!writing.IsCompleted);

        await writing;

        void Write()
        {
            for (var generation = 1; generation <= 60; generation++)
            {
                for (var n = 1; n <= InGeneration; n++)
                {
                    index.Remove(((generation - 1) * InGeneration) + n);
                }

                Add(generation);
            }
        }

        void Add(int generation)
        {
            for (var n = 1; n <= InGeneration; n++)
            {
                index.Append((generation * InGeneration) + n, Vectors.Clustered(n, Dimension), []);
            }

            index.Publish((generation + 1) * InGeneration);
        }
    }
}
