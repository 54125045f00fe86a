using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using VectorDb.Core.Filters;
using VectorDb.Core.Stores;
using VectorDb.Core.Stores.Embedded;
using SqliteDatabase = VectorDb.Core.Stores.Embedded.Database;

namespace VectorDb.Core.Tests.Stores;

public sealed class EmbeddedStoreTests : VectorStoreConformance
{
    private static readonly Filter Odd = FilterParser.Parse("""{"must":[{"key":"odd","match":1}]}""");

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
    public async Task A_write_in_one_process_shows_in_the_searches_of_another()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0));
        var other = Open();
        var query = new SearchQuery(new float[] { 0, 1, 0 }, 10);
        Assert.Single(await other.SearchAsync("letters", query, Cancellation));

        await Store.UpsertAsync("letters", [Record("b", 0, 1, 0)], Cancellation);

        await Eventually.TrueAsync(
            async () => (await other.SearchAsync("letters", query, Cancellation))[0].Record.Id == "b",
            "the other store's search",
            TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task A_query_for_a_collection_that_was_made_anew_with_another_dimension_is_refused(int dimension)
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0));
        var query = new SearchQuery(new float[] { 1, 0, 0 }, 10);
        var late = Open(pollInterval: TimeSpan.FromHours(1));
        Assert.Single(await late.SearchAsync("letters", query, Cancellation));

        await Store.DropAsync("letters", Cancellation);
        await CreateWithAsync(Letters with { Dimension = dimension }, Record("b", [.. Enumerable.Repeat(1f, dimension)]));

        var refused = await Assert.ThrowsAsync<InvalidQueryException>(() => late.SearchAsync("letters", query, Cancellation));
        Assert.Equal($"vector: 3 numbers, the collection has dimension {dimension}", refused.Message);
    }

    [Fact]
    public async Task Records_that_cannot_be_read_hold_up_neither_writes_nor_other_collections_and_show_once_when_they_can()
    {
        var query = new SearchQuery(new float[] { 1, 0, 0 }, 100);
        await CreateWithAsync(Letters, Record("a", 1, 0, 0));
        string[] others = [.. Enumerable.Range(0, 5).Select(n => $"other-{n}")];
        foreach (var other in others)
        {
            await CreateWithAsync(Letters with { Name = other });
            Assert.Empty(await Store.SearchAsync(other, query, Cancellation));
        }

        Assert.Single(await Store.SearchAsync("letters", query, Cancellation));
        Write("UPDATE records_1 SET metadata = '{' WHERE id = 'd'", Record("b", 1, 0, 0), Record("c", 1, 0, 0), Record("d", 1, 0, 0), Record("e", 1, 0, 0));

        await Store.UpsertAsync("letters", [Record("f", 1, 0, 0)], Cancellation);
        var second = Open();
        foreach (var other in others)
        {
            await second.UpsertAsync(other, [Record("a", 1, 0, 0)], Cancellation);
            await Eventually.TrueAsync(async () => (await Store.SearchAsync(other, query, Cancellation)).Count == 1, $"the search of {other}");
        }

        Assert.Equal("a", Assert.Single(await Store.SearchAsync("letters", query, Cancellation)).Record.Id);
        Write("UPDATE records_1 SET metadata = NULL WHERE id = 'd'");

        await Eventually.TrueAsync(async () => (await Store.SearchAsync("letters", query, Cancellation)).Count > 1, "the search of letters");
        Assert.Equal(["a", "b", "c", "d", "e", "f"], (await Store.SearchAsync("letters", query, Cancellation)).Select(hit => hit.Record.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task While_a_collection_is_read_into_memory_writes_to_it_return_those_to_others_show_and_its_first_search_finds_all()
    {
        var query = new SearchQuery(new float[] { 1, 0, 0 }, 100);
        await CreateWithAsync(Letters, Record("a", 1, 0, 0));
        await CreateWithAsync(Letters with { Name = "others" }, Record("a", 1, 0, 0));
        using var reading = new HeldReading("letters");
        var late = Open(log: reading);
        Assert.Single(await late.SearchAsync("others", query, Cancellation));
        var before = late.SearchAsync("letters", query, Cancellation);
        await reading.IsHeld.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

        await Store.UpsertAsync("letters", [Record("b", 1, 0, 0)], Cancellation);
        await late.UpsertAsync("letters", [Record("c", 1, 0, 0)], Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        await Store.UpsertAsync("others", [Record("b", 1, 0, 0)], Cancellation);
        await Eventually.TrueAsync(async () => (await late.SearchAsync("others", query, Cancellation)).Count == 2, "the search of others");
        var after = late.SearchAsync("letters", query, Cancellation);

        Assert.False(before.IsCompleted);
        reading.Release();
        Assert.Equal(3, (await after).Count);
        await before;
    }

    [Fact]
    public async Task A_collection_that_goes_while_all_are_read_into_memory_at_the_start_does_not_end_it()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0));
        await CreateWithAsync(Letters with { Name = "middle" }, Record("a", 1, 0, 0));
        await CreateWithAsync(Letters with { Name = "zone" }, Record("a", 1, 0, 0));
        using var reading = new HeldReading("letters");
        var starting = Open(log: reading);
        var warm = Task.Run(() => starting.WarmAsync(Cancellation), Cancellation);
        await reading.IsHeld.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

        Assert.True(await Store.DropAsync("middle", Cancellation));
        reading.Release();
        await warm;

        Assert.Equal(["letters", "zone"], reading.Read);
    }

    [Fact]
    public async Task A_collection_that_cannot_be_read_into_memory_at_the_start_is_told_and_left_to_its_first_search()
    {
        var query = new SearchQuery(new float[] { 1, 0, 0 }, 10);
        await CreateWithAsync(Letters, Record("a", 1, 0, 0));
        await CreateWithAsync(Letters with { Name = "others" }, Record("a", 1, 0, 0));
        Write("UPDATE records_1 SET metadata = '{' WHERE id = 'a'");
        using var reading = new HeldReading("none");
        var starting = Open(log: reading);

        await starting.WarmAsync(Cancellation);

        Assert.Equal(["others"], reading.Read);
        Assert.Contains(reading.Errors, error => error.StartsWith("letters could not be read", StringComparison.Ordinal));
        await Assert.ThrowsAnyAsync<JsonException>(() => starting.SearchAsync("letters", query, Cancellation));
        Write("UPDATE records_1 SET metadata = NULL");
        Assert.Single(await starting.SearchAsync("letters", query, Cancellation));
    }

    [Fact]
    public async Task A_collection_is_gone_at_once_and_its_records_in_several_writes_which_the_next_start_ends_where_they_were_cut_short()
    {
        await CreateWithAsync(Letters, [.. Enumerable.Range(1, 600).Select(n => Record($"r{n}", n, 1, 0))]);
        await CreateWithAsync(Letters with { Name = "others" }, Record("a", 1, 0, 0));
        using var database = SqliteDatabase.Open(_folder.File("data", "vectors.db"));
        database.Execute("CREATE TRIGGER cut BEFORE DELETE ON records_1 WHEN old.seq = 501 BEGIN SELECT RAISE(ABORT, 'cut short'); END");

        Assert.True(await Store.DropAsync("letters", Cancellation));

        await Assert.ThrowsAsync<CollectionNotFoundException>(() => Store.GetAsync("letters", Cancellation));
        Assert.True((await Store.CreateAsync(Letters, Cancellation)).Created);
        await Eventually.TrueAsync(() => Number("SELECT count(*) FROM records_1") == 100, "the first two writes");
        database.Execute("DROP TRIGGER cut");
        await Open().MigrateAsync(Cancellation);
        await Eventually.TrueAsync(
            () => Number("SELECT count(*) FROM sqlite_master WHERE name IN ('records_1', 'tombstones_1')") == 0, "the tables are removed");
        Assert.Equal([0, 1], (await Store.ListAsync(10, cursor: null, Cancellation)).Items.Select(item => item.Count));
        Assert.Single(await Store.SearchAsync("others", new SearchQuery(new float[] { 1, 0, 0 }, 10), Cancellation));

        long Number(string sql) => database.Read(read =>
        {
            using var number = read.Use(sql);
            number.Step();
            return number.Int64(0);
        });
    }

    [Fact]
    public async Task A_delete_by_filter_looks_for_its_records_while_another_process_writes()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0));
        using var other = SqliteDatabase.Open(_folder.File("data", "vectors.db"));
        other.Execute("BEGIN IMMEDIATE");

        Assert.Equal(0, await Store.DeleteAsync("letters", Odd, Cancellation));
    }

    [Fact]
    public async Task A_delete_by_filter_of_more_than_one_write_takes_all_that_match_out_of_every_process()
    {
        await CreateWithAsync(Letters, [.. Enumerable.Range(0, 4_500).Select(n => Record($"r{n}", 1, n, 0) with { Metadata = Json($$"""{"odd":{{n % 2}}}""") })]);
        var other = Open();
        var query = new SearchQuery(new float[] { 1, 0, 0 }, 1_000, Odd);
        Assert.Equal(1_000, (await other.SearchAsync("letters", query, Cancellation)).Count);

        Assert.Equal(2_250, await Store.DeleteAsync("letters", Odd, Cancellation));

        Assert.Equal(2_250, (await Store.GetAsync("letters", Cancellation)).Count);
        Assert.Empty(await Store.SearchAsync("letters", query, Cancellation));
        await Eventually.TrueAsync(async () => (await other.SearchAsync("letters", query, Cancellation)).Count == 0, "the other store's search");
        Assert.Equal(1_000, (await other.SearchAsync("letters", query with { Filter = null }, Cancellation)).Count);
    }

    [Fact]
    public async Task A_record_that_is_replaced_after_it_was_chosen_to_be_deleted_stays()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0), Record("b", 0, 1, 0));
        using (var database = SqliteDatabase.Open(_folder.File("data", "vectors.db")))
        {
            var table = new RecordTable(1);
            var chosen = database.Read(read => table.Sequences(read, ["a", "b"]));
            await Store.UpsertAsync("letters", [Record("a", 0, 0, 1)], Cancellation);

            Assert.Equal(1, database.Write(write => table.Delete(write, Catalog.Get(write, "letters"), chosen)).Count);
        }

        Assert.Equal(1, (await Store.GetAsync("letters", Cancellation)).Count);
        Assert.Equal("a", Assert.Single(await Open().SearchAsync("letters", new SearchQuery(new float[] { 1, 0, 0 }, 10), Cancellation)).Record.Id);
    }

    protected override ValueTask<IVectorStore> OpenAsync(bool sameData = false) => new(Open());

    protected override Task StoreUncheckedAsync(IReadOnlyList<Core.Records.Record> records)
    {
        Write("", records);
        return Task.CompletedTask;
    }

    private EmbeddedStore Open(TimeSpan? pollInterval = null, ILogger<EmbeddedStore>? log = null)
    {
        var options = new VectorStoreOptions(VectorStoreKind.Embedded, _folder.File("data", "vectors.db"));
        var store = new EmbeddedStore(pollInterval is { } interval ? options with { PollInterval = interval } : options, log);
        _open.Add(store);
        return store;
    }

    /// <summary>As another process would, and in one step with what spoils it.</summary>
    private void Write(string sql, params IEnumerable<Core.Records.Record> records)
    {
        using var database = SqliteDatabase.Open(_folder.File("data", "vectors.db"));
        database.Write(write =>
        {
            var entry = Catalog.Get(write, "letters");
            entry = new RecordTable(entry.Id).Upsert(write, entry, records);
            write.Execute(sql);
            return entry;
        });
    }

    /// <summary>Holds up whoever says that it has read that collection into memory.</summary>
    private sealed class HeldReading(string collection) : ILogger<EmbeddedStore>, IDisposable
    {
        private readonly ManualResetEventSlim _release = new();
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task IsHeld => _held.Task;

        public ConcurrentQueue<string> Read { get; } = new();

        public ConcurrentQueue<string> Errors { get; } = new();

        public void Release() => _release.Set();

        public void Dispose() => Release();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var message = formatter(state, exception);
            if (logLevel == LogLevel.Error)
            {
                Errors.Enqueue(message);
            }
            else if (message.StartsWith("Read ", StringComparison.Ordinal))
            {
                Read.Enqueue(message.Split(' ')[1]);
            }

            if (message.StartsWith($"Read {collection} ", StringComparison.Ordinal))
            {
                _held.TrySetResult();
                _release.Wait(CancellationToken.None);
            }
        }
    }
}
