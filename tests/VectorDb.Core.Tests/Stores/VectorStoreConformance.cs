using System.Text.Json.Nodes;
using VectorDb.Core.Collections;
using VectorDb.Core.Filters;
using VectorDb.Core.Records;
using VectorDb.Core.Stores;
using Record = VectorDb.Core.Records.Record;

namespace VectorDb.Core.Tests.Stores;

/// <summary>What any store must do. Each store has a class that says how to open one.</summary>
public abstract partial class VectorStoreConformance : IAsyncLifetime
{
    protected static readonly CollectionSpec Letters = new("letters", 3, Metric.Cosine);

    protected IVectorStore Store { get; private set; } = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Store = await OpenAsync();
        await Store.MigrateAsync(Cancellation);
    }

    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task Migrating_twice_changes_nothing()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0));

        await Store.MigrateAsync(Cancellation);

        Assert.Equal(1, (await Store.GetAsync("letters", Cancellation)).Count);
    }

    [Fact]
    public async Task Creating_the_same_collection_again_returns_the_one_there()
    {
        var (_, created) = await Store.CreateAsync(Letters, Cancellation);
        var (again, createdAgain) = await Store.CreateAsync(Letters, Cancellation);

        Assert.True(created);
        Assert.False(createdAgain);
        Assert.Equal(Letters, again.Spec);
    }

    [Fact]
    public async Task Creating_a_collection_with_other_settings_is_a_conflict()
    {
        await Store.CreateAsync(Letters, Cancellation);

        var conflict = await Assert.ThrowsAsync<CollectionConflictException>(
            () => Store.CreateAsync(Letters with { Dimension = 4 }, Cancellation));

        Assert.Contains($"exists with dimension {Letters.Dimension} and metric ", conflict.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData("../etc/passwd", 3)]
    [InlineData("a b", 3)]
    [InlineData("ok", 0)]
    [InlineData("ok", 16_001)]
    public async Task A_collection_with_a_bad_name_or_dimension_is_refused(string name, int dimension) =>
        await Assert.ThrowsAsync<InvalidCollectionException>(
            () => Store.CreateAsync(new CollectionSpec(name, dimension, Metric.Dot), Cancellation));

    [Fact]
    public async Task Collections_are_listed_by_name_in_pages()
    {
        foreach (var name in new[] { "c", "a", "b" })
        {
            await Store.CreateAsync(Letters with { Name = name }, Cancellation);
        }

        var first = await Store.ListAsync(2, cursor: null, Cancellation);
        var second = await Store.ListAsync(2, first.NextCursor, Cancellation);

        Assert.Equal(["a", "b"], first.Items.Select(item => item.Spec.Name));
        Assert.Equal(["c"], second.Items.Select(item => item.Spec.Name));
        Assert.Null(second.NextCursor);
    }

    [Fact]
    public async Task A_dropped_collection_is_gone_and_its_name_is_free()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0));

        Assert.True(await Store.DropAsync("letters", Cancellation));
        Assert.False(await Store.DropAsync("letters", Cancellation));

        await Assert.ThrowsAsync<CollectionNotFoundException>(() => SearchAsync([1, 0, 0]));
        await Store.CreateAsync(new CollectionSpec("letters", 2, Metric.Dot), Cancellation);
        Assert.Empty(await SearchAsync([1, 0]));
    }

    [Fact]
    public async Task The_settings_are_those_of_the_collection_that_has_the_name_now()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0));
        Assert.Equal(Letters, await Store.GetSpecAsync("letters", Cancellation));
        var other = await OpenAsync(sameData: true);

        await other.DropAsync("letters", Cancellation);
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => Store.GetSpecAsync("letters", Cancellation));
        await other.CreateAsync(Letters with { Dimension = 4 }, Cancellation);

        Assert.Equal(Letters with { Dimension = 4 }, await Store.GetSpecAsync("letters", Cancellation));
    }

    [Fact]
    public async Task Records_meant_for_a_collection_that_was_replaced_are_refused()
    {
        var (first, _) = await Store.CreateAsync(Letters, Cancellation);
        await Store.UpsertAsync("letters", first.Id, [Record("a", 1, 0, 0)], Cancellation);
        await Store.DropAsync("letters", Cancellation);
        var (second, _) = await Store.CreateAsync(Letters, Cancellation);

        await Assert.ThrowsAsync<CollectionNotFoundException>(() => Store.UpsertAsync("letters", first.Id, [Record("b", 1, 0, 0)], Cancellation));
        await Store.UpsertAsync("letters", second.Id, [Record("c", 1, 0, 0)], Cancellation);

        Assert.Equal(second.Id, (await Store.GetAsync("letters", Cancellation)).Id);
        Assert.Equal(new CollectionIdentity(second.Id, Letters), await Store.IdentifyAsync("letters", Cancellation));
        Assert.Equal(["c"], (await Store.ScrollAsync("letters", 10, null, null, Cancellation)).Items.Select(record => record.Id));
    }

    [Fact]
    public async Task Every_call_on_an_unknown_collection_says_so()
    {
        var filter = FilterParser.Parse("{}");
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => Store.GetAsync("none", Cancellation));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => Store.GetSpecAsync("none", Cancellation));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => Store.UpsertAsync("none", [], Cancellation));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => Store.FindAsync("none", "a", Cancellation));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => Store.FindAsync("none", ["a"], Cancellation));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => Store.DeleteAsync("none", ["a"], Cancellation));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => Store.DeleteAsync("none", filter, Cancellation));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => Store.ScrollAsync("none", 1, null, null, Cancellation));
        await Assert.ThrowsAsync<CollectionNotFoundException>(
            () => Store.SearchAsync("none", new SearchQuery(new float[] { 1 }, 1), Cancellation));
    }

    [Fact]
    public async Task A_record_comes_back_as_it_was_stored()
    {
        var stored = Record("a", 1, 2, 3) with { Text = "été\n", Metadata = Json("""{"n":1.5,"deep":{"list":[1,"x",null]}}"""), ContentHash = "h" };
        await CreateWithAsync(Letters, stored);

        var found = await Store.FindAsync("letters", "a", Cancellation);

        Assert.NotNull(found);
        Assert.Equal((stored.Id, stored.Text, stored.ContentHash), (found.Id, found.Text, found.ContentHash));
        Assert.Equal(stored.Vector.ToArray(), found.Vector.ToArray());
        Assert.True(JsonNode.DeepEquals(stored.Metadata, found.Metadata));
        Assert.Null(await Store.FindAsync("letters", "b", Cancellation));
    }

    [Fact]
    public async Task Several_records_are_found_by_id_with_their_vectors()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0), Record("b", 0, 1, 0));

        var found = await Store.FindAsync("letters", ["b", "none", "a", "b"], Cancellation);

        Assert.Equal(["a", "b"], found.Select(record => record.Id).Order(StringComparer.Ordinal));
        Assert.All(found, record => Assert.Equal(3, record.Vector.Length));
    }

    [Fact]
    public async Task A_replaced_record_is_found_only_where_it_now_is()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0), Record("b", 0, 1, 0));

        await Store.UpsertAsync("letters", [Record("a", 0, 0, 1)], Cancellation);

        Assert.Equal(2, (await Store.GetAsync("letters", Cancellation)).Count);
        var hits = await SearchAsync([0, 0, 1]);
        Assert.Equal(["a", "b"], hits.Select(hit => hit.Record.Id));
        Assert.Equal(1, hits[0].Score, 1e-5);
    }

    [Fact]
    public async Task Of_two_records_with_one_id_in_a_batch_the_last_wins()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0), Record("b", 0, 1, 0), Record("a", 0, 0, 1));

        Assert.Equal(2, (await Store.GetAsync("letters", Cancellation)).Count);
        Assert.Equal(new float[] { 0, 0, 1 }, (await Store.FindAsync("letters", "a", Cancellation))!.Vector.ToArray());
    }

    [Fact]
    public async Task Deleted_records_are_gone_from_everything()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0), Record("b", 0, 1, 0), Record("c", 0, 0, 1));

        Assert.Equal(2, await Store.DeleteAsync("letters", ["a", "c", "a", "none"], Cancellation));

        Assert.Equal(1, (await Store.GetAsync("letters", Cancellation)).Count);
        Assert.Equal("b", Assert.Single(await SearchAsync([1, 0, 0])).Record.Id);
        Assert.Null(await Store.FindAsync("letters", "a", Cancellation));
        Assert.Equal("b", Assert.Single((await Store.ScrollAsync("letters", 10, null, null, Cancellation)).Items).Id);
    }

    [Fact]
    public async Task Scrolling_gives_each_record_once_in_order_of_id()
    {
        await CreateWithAsync(Letters, [.. Enumerable.Range(0, 25).Select(Numbered)]);
        var seen = new List<string>();
        string? cursor = null;

        do
        {
            var page = await Store.ScrollAsync("letters", 7, cursor, filter: null, Cancellation);
            seen.AddRange(page.Items.Select(record => record.Id));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 25).Select(n => Numbered(n).Id).Order(StringComparer.Ordinal), seen);
    }

    [Fact]
    public async Task One_bad_record_keeps_the_whole_batch_out_and_is_named()
    {
        await Store.CreateAsync(Letters, Cancellation);

        var refused = await Assert.ThrowsAsync<InvalidRecordsException>(() => Store.UpsertAsync(
            "letters",
            [Record("a", 1, 0, 0), Record("b", 1, 0), Record("c", float.NaN, 0, 0), Record("d", 0, 0, 0), Record("", 1, 0, 0)],
            Cancellation));

        Assert.Equal([1, 2, 3, 4], refused.Problems.Select(problem => problem.Index));
        Assert.Equal(0, (await Store.GetAsync("letters", Cancellation)).Count);
        Assert.Empty(await SearchAsync([1, 0, 0]));
    }

    [Fact]
    public async Task Strange_characters_in_ids_and_texts_survive()
    {
        string[] ids = ["a/b", "'; DROP TABLE records; --", "日本語", "😀", " ", "%_\\"];
        await CreateWithAsync(Letters, [.. ids.Select(id => Record(id, 1, 0, 0) with { Text = id })]);

        Assert.Equal(ids.Length, (await SearchAsync([1, 0, 0], topK: 10)).Count);
        foreach (var id in ids)
        {
            Assert.Equal(id, (await Store.FindAsync("letters", id, Cancellation))?.Text);
        }
    }

    [Fact]
    public async Task Writers_at_once_on_the_same_records_lose_and_double_nothing()
    {
        await Store.CreateAsync(Letters, Cancellation);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var round = 0; round < 5; round++)
            {
                await Store.UpsertAsync(
                    "letters", [.. Enumerable.Range(0, 20).Select(n => Record($"r{(n * 7 + writer) % 20}", 1, n, writer))], Cancellation);
            }
        })));

        Assert.Equal(20, (await Store.GetAsync("letters", Cancellation)).Count);
        Assert.Equal(20, (await SearchAsync([1, 1, 1], topK: 100)).Select(hit => hit.Record.Id).Distinct().Count());
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(64, false)]
    [InlineData(64, true)]
    public async Task Vectors_of_before_there_was_a_limit_are_found_behind_those_within_it(int dimension, bool exact)
    {
        await CreateWithAsync(new CollectionSpec("letters", dimension, Metric.Euclidean), Long("far", -2.9e16f), Long("near", 1));
        await StoreUncheckedAsync([.. Enumerable.Range(0, 100).Select(n => Long($"old-{n}", -3e20f))]);

        var hits = await Store.SearchAsync("letters", new SearchQuery(Long("query", 2.9e16f).Vector, 200, Exact: exact), Cancellation);

        Assert.Equal(["near", "far"], hits.Take(2).Select(hit => hit.Record.Id));
        Assert.Equal(102, hits.Count);
        Assert.All(hits, hit => Assert.True(float.IsFinite(hit.Score), $"{hit.Record.Id} has the score {hit.Score}"));

        Record Long(string id, float length) => Record(id, [.. Enumerable.Repeat(length / MathF.Sqrt(dimension), dimension)]);
    }

    /// <summary>Into the collection "letters", as a release did that had fewer rules.</summary>
    protected abstract Task StoreUncheckedAsync(IReadOnlyList<Record> records);

    /// <param name="sameData">As another process opens what the store of this test has open.</param>
    protected abstract ValueTask<IVectorStore> OpenAsync(bool sameData = false);

    protected static Record Record(string id, params float[] vector) => new(id, Text: null, vector, Metadata: null);

    protected static JsonObject Json(string json) => (JsonObject)JsonNode.Parse(json)!;

    protected async Task CreateWithAsync(CollectionSpec spec, params Record[] records)
    {
        await Store.CreateAsync(spec, Cancellation);
        await Store.UpsertAsync(spec.Name, records, Cancellation);
    }

    protected Task<IReadOnlyList<SearchHit>> SearchAsync(float[] query, int topK = 10) =>
        Store.SearchAsync("letters", new SearchQuery(query, topK), Cancellation);

    private static Record Numbered(int n) => Record($"r{n}", 1, n, 0) with { Metadata = new JsonObject { ["n"] = n, ["even"] = n % 2 == 0 } };
}
