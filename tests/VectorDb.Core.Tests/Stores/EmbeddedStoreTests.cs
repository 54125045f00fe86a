using VectorDb.Core.Stores;
using VectorDb.Core.Stores.Embedded;

namespace VectorDb.Core.Tests.Stores;

public sealed class EmbeddedStoreTests : VectorStoreConformance
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<EmbeddedStore> _open = [];

    public override async ValueTask DisposeAsync()
    {
        foreach (var store in _open)
        {
            await store.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task What_was_stored_is_there_after_a_restart()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0), Record("b", 0, 1, 0));
        await _open[0].DisposeAsync();
        _open.Clear();

        var hits = await Open().SearchAsync("letters", new SearchQuery(new float[] { 1, 0, 0 }, 1), Cancellation);

        Assert.Equal("a", Assert.Single(hits).Record.Id);
    }

    [Fact]
    public async Task A_write_in_one_process_shows_in_the_searches_of_another_within_100_ms()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0));
        var other = Open();
        var query = new SearchQuery(new float[] { 0, 1, 0 }, 10);
        Assert.Single(await other.SearchAsync("letters", query, Cancellation));

        await Store.UpsertAsync("letters", [Record("b", 0, 1, 0)], Cancellation);

        await Eventually.TrueAsync(
            async () => (await other.SearchAsync("letters", query, Cancellation))[0].Record.Id == "b",
            "the other store's search",
            TimeSpan.FromMilliseconds(100));
    }

    protected override ValueTask<IVectorStore> OpenAsync(bool sameData = false) => new(Open());

    private EmbeddedStore Open()
    {
        var store = new EmbeddedStore(new VectorStoreOptions(VectorStoreKind.Embedded, _folder.File("data", "vectors.db")));
        _open.Add(store);
        return store;
    }
}
