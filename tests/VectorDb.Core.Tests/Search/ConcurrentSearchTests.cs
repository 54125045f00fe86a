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

    [Theory]
    [InlineData("""{"must":[{"key":"n","gte":0}]}""", 1_000)]
    [InlineData("""{"must":[{"key":"n","gte":1000}]}""", 0)]
    [InlineData("""{"must":[{"key":"old","match":true}]}""", 500)]
    [InlineData("""{"should":[{"key":"new","match":"yes"},{"key":"n","lt":10}]}""", 10)]
    [InlineData("""{"mustNot":[{"key":"new","match":"yes"},{"key":"n","lt":10}]}""", 990)]
    public void A_filter_leaves_out_what_was_appended_since_the_last_publication(string filter, int matching)
    {
        const int Published = 1_000;
        var index = new VectorIndex(Metric.Cosine, Dimension);
        for (var n = 0; n < 2 * Published; n++)
        {
            var other = n >= Published ? @", ""new"":""yes""" : n % 2 == 0 ? @", ""old"":true" : "";
            index.Append(n + 1, Vectors.Clustered(n, Dimension), Encoding.UTF8.GetBytes($$"""{"n":{{n}}{{other}}}"""));
            if (n + 1 == Published)
            {
                index.Publish(Published);
            }
        }

        var found = index.Search(Request(Parse(filter), seed: 1));

        Assert.Equal(matching, found.Length);
        Assert.All(found, neighbour => Assert.InRange(neighbour.Sequence, 1, Published));
    }

    [Fact]
    public async Task Filtered_searches_of_several_segments_while_records_come_change_and_go_see_one_moment()
    {
        // Most records stay; beside them every publication replaces the oldest of three batches by a new one.
        const int Staying = 9_000;
        const int InBatch = 300;
        var index = new VectorIndex(Metric.Cosine, Dimension);
        for (var n = 0; n < Staying; n++)
        {
            index.Append(n + 1, Vectors.Clustered(n, Dimension), Encoding.UTF8.GetBytes($$"""{"n":{{n}},"stays":true}"""));
        }

        for (var batch = 0; batch < 3; batch++)
        {
            Add(batch);
        }

        (CompiledFilter Filter, int Batched, int Stayed)[] expectations =
        [
            (Parse("""{"must":[{"key":"odd","match":true}]}"""), 3 * InBatch / 2, 0),
            (Parse("""{"should":[{"key":"odd","match":false},{"key":"n","lt":50}]}"""), 3 * InBatch / 2, 50),
            (Parse("""{"mustNot":[{"key":"stays","match":true}]}"""), 3 * InBatch, 0),
            (Parse("""{"must":[{"key":"n","gte":100,"lt":200}],"mustNot":[{"key":"odd","match":true}]}"""), 0, 100),
        ];
        var writing = Task.Run(Write, TestContext.Current.CancellationToken);

        await Task.WhenAll(Enumerable.Range(0, 2).Select(searcher => Task.Run(() => Search(searcher), TestContext.Current.CancellationToken)));

        await writing;

        void Search(int seed)
        {
            do
            {
                var (filter, batched, stayed) = expectations[seed / 2 % expectations.Length];
                var found = index.Search(Request(filter, seed++));
                var batches = found.Where(neighbour => neighbour.Sequence > Staying).Select(neighbour => (neighbour.Sequence - Staying - 1) / InBatch).ToArray();
                Assert.Equal((batched, stayed), (batches.Length, found.Length - batches.Length));
                Assert.Equal(batched > 0 ? 2 : 0, batches.DefaultIfEmpty().Max() - batches.DefaultIfEmpty().Min());
            }
            while (!writing.IsCompleted);
        }

        void Write()
        {
            for (var batch = 3; batch < 100; batch++)
            {
                for (var n = 0; n < InBatch; n++)
                {
                    index.Remove(Sequence(batch - 3, n));
                }

                Add(batch);
            }
        }

        void Add(int batch)
        {
            for (var n = 0; n < InBatch; n++)
            {
                index.Append(Sequence(batch, n), Vectors.Clustered(n, Dimension), Encoding.UTF8.GetBytes($$"""{"odd":{{(n % 2 == 1 ? "true" : "false")}}}"""));
            }

            index.Publish(Sequence(batch, InBatch - 1));
        }

        static long Sequence(int batch, int n) => Staying + (batch * InBatch) + n + 1;
    }

    [Fact]
    public async Task What_a_helper_throws_comes_out_of_the_search_and_not_of_its_thread()
    {
        var crew = new Crew(most: 0);
        var helping = new TaskCompletionSource();
        var helper = Task.Factory.StartNew(
            ((IThreadPoolWorkItem)crew).Execute, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        var leading = Task.Run(Lead, TestContext.Current.CancellationToken);

        var thrown = await Assert.ThrowsAsync<InvalidDataException>(() => leading.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        crew.Dispose();
        await helper;

        Assert.Equal("a helper's", thrown.Message);

        void Lead()
        {
            var leader = Environment.CurrentManagedThreadId;
            crew.Run(() =>
            {
                if (Environment.CurrentManagedThreadId != leader)
                {
                    helping.SetResult();
                    throw new InvalidDataException("a helper's");
                }

                helping.Task.Wait(TestContext.Current.CancellationToken);
            });
        }
    }

    private static CompiledFilter Parse(string filter) => new(FilterParser.Parse(filter));

    private static SearchRequest Request(CompiledFilter filter, int seed) =>
        new(Vectors.Clustered(seed, Dimension), TopK: 1_000, filter, Exact: seed % 2 == 0, Minimum: null);
}
