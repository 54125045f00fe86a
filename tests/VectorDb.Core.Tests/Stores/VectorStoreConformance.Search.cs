using System.Text;
using FsCheck.Fluent;
using VectorDb.Core.Collections;
using VectorDb.Core.Filters;
using VectorDb.Core.Records;
using VectorDb.Core.Stores;
using VectorDb.Core.Tests.Filters;
using VectorDb.Core.Tests.Search;

namespace VectorDb.Core.Tests.Stores;

/// <content>Searching and filtering.</content>
public abstract partial class VectorStoreConformance
{
    public static MatrixTheoryData<Metric, int> Shapes { get; } = new(Enum.GetValues<Metric>(), [3, 300]);

    [Fact]
    public async Task A_search_finds_the_nearest_first_with_text_and_metadata()
    {
        await CreateWithAsync(
            Letters,
            Record("far", 0, 0, 1),
            Record("near", 1, 0.1f, 0) with { Text = "near", Metadata = Json("""{"n":1}""") },
            Record("middle", 1, 1, 0));

        var hits = await SearchAsync([2, 0, 0], topK: 2);

        Assert.Equal(["near", "middle"], hits.Select(hit => hit.Record.Id));
        Assert.Equal(1 / Math.Sqrt(1.01), hits[0].Score, 1e-5);
        Assert.Equal("near", hits[0].Record.Text);
        Assert.Equal(1, (int)hits[0].Record.Metadata!["n"]!);
        Assert.True(hits[0].Record.Vector.IsEmpty);
    }

    [Theory]
    [InlineData(Metric.Cosine, 0.6f)]
    [InlineData(Metric.Dot, 6f)]
    [InlineData(Metric.Euclidean, -5f)]
    public async Task A_score_is_the_metric_and_higher_is_nearer(Metric metric, float expected)
    {
        var (query, vector) = metric == Metric.Euclidean ? ([0, 0], [3, 4]) : (new float[] { 2, 0 }, new float[] { 3, 4 });
        await CreateWithAsync(new CollectionSpec("c", 2, metric), Record("a", vector));

        foreach (var exact in new[] { false, true })
        {
            var hit = Assert.Single(await Store.SearchAsync("c", new SearchQuery(query, 5, Exact: exact, IncludeVectors: true), Cancellation));
            Assert.Equal(expected, hit.Score, 1e-5);
            Assert.Equal(vector, hit.Record.Vector.ToArray());
        }
    }

    [Fact]
    public async Task Results_whose_texts_are_too_long_together_are_refused_and_fewer_of_them_are_given()
    {
        const int Most = QueryRules.MaximumLetters / RecordRules.MaximumTextLength;
        var text = new string('x', RecordRules.MaximumTextLength);
        await CreateWithAsync(Letters, [.. Enumerable.Range(0, Most + 1).Select(n => Record($"r{n}", 1, n, 0) with { Text = text })]);

        var refused = await Assert.ThrowsAsync<InvalidQueryException>(() => SearchAsync([1, 0, 0], topK: Most + 1));

        Assert.Equal("topK", refused.Field);
        Assert.Equal(Most, (await SearchAsync([1, 0, 0], topK: Most)).Count);
    }

    [Fact]
    public async Task A_minimal_score_leaves_worse_results_out()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0), Record("b", 1, 1, 0), Record("c", -1, 0, 0));

        var hits = await Store.SearchAsync("letters", new SearchQuery(new float[] { 1, 0, 0 }, 10, MinScore: 0.5f), Cancellation);

        Assert.Equal(["a", "b"], hits.Select(hit => hit.Record.Id));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task A_result_is_kept_by_a_minimal_score_that_is_exactly_its_own(Metric metric, int dimension)
    {
        var vectors = Enumerable.Range(0, 40).Select(n => Vectors.Normal(n, dimension)).ToList();
        await CreateWithAsync(new CollectionSpec("c", dimension, metric), [.. vectors.Select((vector, n) => Record($"r{n}", vector))]);
        foreach (var exact in new[] { false, true })
        {
            var query = new SearchQuery(vectors[0], 40, Exact: exact);
            var hits = await Store.SearchAsync("c", query, Cancellation);

            foreach (var hit in hits)
            {
                var kept = await Store.SearchAsync("c", query with { MinScore = hit.Score }, Cancellation);
                Assert.Contains(hit.Record.Id, kept.Select(found => found.Record.Id));
                Assert.All(kept, found => Assert.True(found.Score >= hit.Score));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task No_score_is_a_negative_zero_or_a_cosine_beyond_1(Metric metric, int dimension)
    {
        var vectors = Enumerable.Range(0, 40).Select(n => Vectors.Normal(n, dimension)).ToList();
        float[] flat = [1, .. new float[dimension - 1]];
        float[] across = [0, -1, .. new float[dimension - 2]];
        await CreateWithAsync(
            new CollectionSpec("c", dimension, metric),
            [.. vectors.Select((vector, n) => Record($"r{n}", vector)), Record("across", across), Record("flat", flat)]);
        foreach (var query in (float[][])[.. vectors, flat, [.. vectors[0].Select(value => -value)]])
        {
            var hits = await Store.SearchAsync("c", new SearchQuery(query, 100), Cancellation);

            Assert.All(hits, hit => Assert.False(hit.Score == 0 && float.IsNegative(hit.Score)));
            Assert.All(hits, hit => Assert.False(metric == Metric.Cosine && MathF.Abs(hit.Score) > 1));
        }
    }

    [Fact]
    public async Task Deleting_by_filter_takes_what_matches_and_nothing_else()
    {
        await CreateWithAsync(Letters, [.. Enumerable.Range(0, 10).Select(Numbered)]);

        var deleted = await Store.DeleteAsync("letters", FilterParser.Parse("""{"must":[{"key":"n","gte":7}]}"""), Cancellation);

        Assert.Equal(3, deleted);
        Assert.Equal(7, (await SearchAsync([1, 1, 1], topK: 100)).Count);
    }

    [Fact]
    public async Task Scrolling_with_a_filter_gives_full_pages_of_what_matches()
    {
        await CreateWithAsync(Letters, [.. Enumerable.Range(0, 30).Select(Numbered)]);

        var page = await Store.ScrollAsync("letters", 5, null, FilterParser.Parse("""{"must":[{"key":"even","match":true}]}"""), Cancellation);

        Assert.Equal(5, page.Items.Count);
        Assert.NotNull(page.NextCursor);
        Assert.All(page.Items, record => Assert.True((bool)record.Metadata!["even"]!));
    }

    [Fact]
    public async Task A_query_that_no_store_can_answer_is_refused()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0));

        await Assert.ThrowsAsync<InvalidQueryException>(() => SearchAsync([1, 0]));
        await Assert.ThrowsAsync<InvalidQueryException>(() => SearchAsync([0, 0, 0]));
        await Assert.ThrowsAsync<InvalidQueryException>(() => SearchAsync([float.PositiveInfinity, 0, 0]));
        await Assert.ThrowsAsync<InvalidQueryException>(() => SearchAsync([1, 0, 0], topK: 0));
        await Assert.ThrowsAsync<InvalidQueryException>(() => SearchAsync([1, 0, 0], topK: 1_001));
        await Assert.ThrowsAsync<InvalidQueryException>(() => Store.ScrollAsync("letters", 1, "%%", null, Cancellation));
        await Assert.ThrowsAsync<InvalidQueryException>(() => Store.ScrollAsync("letters", 1, "gA", null, Cancellation));
    }

    [Fact]
    public async Task A_number_that_half_precision_cannot_hold_is_refused_where_vectors_are_indexed_by_halves()
    {
        var spec = new CollectionSpec("halves", 2_500, Metric.Dot);
        float[] largest = [65_504, .. new float[2_499]];
        float[] beyond = [0, -70_000, .. new float[2_498]];
        await CreateWithAsync(spec, Record("a", largest));

        var refused = await Assert.ThrowsAsync<InvalidRecordsException>(() => Store.UpsertAsync("halves", [Record("b", largest), Record("c", beyond)], Cancellation));
        await Assert.ThrowsAsync<InvalidQueryException>(() => Store.SearchAsync("halves", new SearchQuery(beyond, 1), Cancellation));

        Assert.Equal([1], refused.Problems.Select(problem => problem.Index));
        Assert.Single(await Store.SearchAsync("halves", new SearchQuery(largest, 5), Cancellation));
    }

    [Fact]
    public async Task An_empty_collection_answers_an_empty_list()
    {
        await Store.CreateAsync(Letters, Cancellation);

        Assert.Empty(await SearchAsync([1, 0, 0]));
    }

    [Fact]
    public async Task Filters_mean_the_same_in_every_store()
    {
        var cases = FilterMeanings.All.ToArray();
        await CreateWithAsync(
            Letters, [.. cases.Select((@case, i) => Record($"r{i}", 1, 0, 0) with { Metadata = Json(@case.Data.Item2) })]);

        foreach (var (i, @case) in cases.Index())
        {
            var filter = FilterParser.Parse(@case.Data.Item1);
            var query = new SearchQuery(new float[] { 1, 0, 0 }, 100, filter);
            foreach (var ids in new[]
            {
                (await Store.SearchAsync("letters", query, Cancellation)).Select(hit => hit.Record.Id).ToList(),
                (await Store.SearchAsync("letters", query with { Exact = true }, Cancellation)).Select(hit => hit.Record.Id).ToList(),
                (await Store.ScrollAsync("letters", 100, null, filter, Cancellation)).Items.Select(record => record.Id).ToList(),
            })
            {
                Assert.True(ids.Contains($"r{i}") == @case.Data.Item3, $"{@case.Data.Item1} on {@case.Data.Item2}");
            }
        }
    }

    [Fact]
    public async Task Any_filter_chooses_the_records_that_it_matches_as_json()
    {
        var records = FilterMeanings.Records.Sample(1, 1).Single().Select((metadata, i) => Record($"r{i}", 1, i, 0) with { Metadata = metadata }).ToArray();
        await CreateWithAsync(Letters, [.. records, Record("bare", 0, 0, 1)]);

        foreach (var json in FilterMeanings.Filter.Sample(40, 40))
        {
            var filter = FilterParser.Parse(json.ToJsonString());
            var compiled = new CompiledFilter(filter);
            var expected = records.Where(record => compiled.Matches(Encoding.UTF8.GetBytes(record.Metadata!.ToJsonString())))
                .Select(record => record.Id).Concat(compiled.Matches([]) ? ["bare"] : []).ToHashSet();

            var found = await Store.SearchAsync("letters", new SearchQuery(new float[] { 1, 0, 0 }, 1_000, filter), Cancellation);
            var scrolled = await Store.ScrollAsync("letters", 1_000, null, filter, Cancellation);

            Assert.True(expected.SetEquals(found.Select(hit => hit.Record.Id)), json.ToJsonString());
            Assert.True(expected.SetEquals(scrolled.Items.Select(record => record.Id)), json.ToJsonString());
        }
    }
}
