using Npgsql;
using VectorDb.Core.Collections;
using VectorDb.Core.Filters;
using VectorDb.Core.Stores;
using VectorDb.Core.Stores.Postgres;
using VectorDb.Core.Tests.Search;

namespace VectorDb.Core.Tests.Stores;

/// <summary>One server for all tests of the class; each has a database of its own.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private PostgresServer? _server;

    public async ValueTask InitializeAsync() => _server = await PostgresServer.StartAsync("fsync=off");

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            NpgsqlConnection.ClearAllPools();
            await _server.DisposeAsync();
        }
    }

    public async Task<string> NewDatabaseAsync()
    {
        var name = $"test_{Guid.NewGuid():N}";
        await using var source = NpgsqlDataSource.Create(_server!.ConnectionString("postgres"));
        await using var create = source.CreateCommand($"CREATE DATABASE {name}");
        await create.ExecuteNonQueryAsync();
        return _server.ConnectionString(name);
    }
}

[Trait(Suites.Trait, Suites.Full)]
public sealed class PostgresStoreTests(PostgresFixture fixture) : VectorStoreConformance, IClassFixture<PostgresFixture>
{
    private readonly List<PostgresStore> _open = [];
    private string _connection = "";

    public override async ValueTask DisposeAsync()
    {
        foreach (var store in _open)
        {
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task Ten_instances_that_migrate_at_once_apply_each_step_once()
    {
        _connection = await fixture.NewDatabaseAsync();
        var stores = Enumerable.Range(0, 10).Select(_ => Open()).ToArray();

        await Task.WhenAll(stores.Select(store => store.MigrateAsync(Cancellation)));

        await stores[0].CreateAsync(Letters, Cancellation);
        Assert.Equal(Letters, (await stores[9].GetAsync("letters", Cancellation)).Spec);
    }

    [Fact]
    public async Task A_collection_that_is_dropped_while_they_are_listed_is_left_out()
    {
        await CreateWithAsync(Letters, [Record("a", [1, 0, 0])]);
        var store = Open();
        await store.CreateAsync(Letters with { Name = "others" }, Cancellation);
        await using var source = NpgsqlDataSource.Create(_connection);
        await using var connection = await source.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var drop = new NpgsqlCommand(
            "DO $$ BEGIN EXECUTE (SELECT 'DROP TABLE vectordb.records_' || id FROM vectordb.collections WHERE name = 'letters'); DELETE FROM vectordb.collections WHERE name = 'letters'; END $$", connection);
        await drop.ExecuteNonQueryAsync(Cancellation);
        var list = store.ListAsync(10, null, Cancellation);
        await using var waiting = source.CreateCommand("SELECT count(*) FROM pg_locks WHERE NOT granted");
        await Eventually.TrueAsync(async () => (long)(await waiting.ExecuteScalarAsync(Cancellation))! > 0, "the count waits for the drop");
        await transaction.CommitAsync(Cancellation);

        Assert.Equal("others", Assert.Single((await list).Items).Spec.Name);
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclidean)]
    public async Task Vectors_of_more_than_2000_dimensions_are_indexed_by_halves_and_ranked_by_wholes(Metric metric)
    {
        var spec = new CollectionSpec("long", 3072, metric);
        await CreateWithAsync(spec, [.. Enumerable.Range(0, 60).Select(n => Record($"r{n}", Vectors.Clustered(n, 3072)))]);
        var query = new SearchQuery(Vectors.Clustered(100, 3072), 10);

        var quick = await Store.SearchAsync("long", query, Cancellation);
        var exact = await Store.SearchAsync("long", query with { Exact = true }, Cancellation);

        Assert.Equal(exact.Select(hit => hit.Record.Id), quick.Select(hit => hit.Record.Id));
        Assert.Equal(exact.Select(hit => hit.Score), quick.Select(hit => hit.Score));
    }

    [Fact]
    public async Task Vectors_too_long_for_an_index_are_stored_and_found()
    {
        await CreateWithAsync(new CollectionSpec("huge", 16_000, Metric.Dot), Record("a", Vectors.Normal(1, 16_000)), Record("b", Vectors.Normal(2, 16_000)));

        var hits = await Store.SearchAsync("huge", new SearchQuery(Vectors.Normal(2, 16_000), 1), Cancellation);

        Assert.Equal("b", Assert.Single(hits).Record.Id);
    }

    [Fact]
    public async Task Records_behind_many_that_are_gone_are_found_without_a_filter_too()
    {
        // Until a vacuum the index gives out what was deleted, and with so little memory it gives up before it comes to what is left.
        const int Count = 3_000;
        await CreateWithAsync(new CollectionSpec("far", 2, Metric.Euclidean), [.. Enumerable.Range(0, Count).Select(n => Record($"r{n:0000}", n, 1))]);
        await RunAsync($"ALTER TABLE vectordb.records_1 SET (autovacuum_enabled = off); DELETE FROM vectordb.records_1 WHERE id < 'r{Count - 20}'");
        _connection += ";Options=-c work_mem=64kB -c seq_page_cost=1000";
        await using var store = Open();
        var query = new SearchQuery(new float[] { 0, 1 }, 15);

        var found = await store.SearchAsync("far", query, Cancellation);
        var all = await store.SearchAsync("far", query with { TopK = 30 }, Cancellation);

        Assert.Equal(Enumerable.Range(Count - 20, 15).Select(n => $"r{n:0000}"), found.Select(hit => hit.Record.Id));
        Assert.Equal(20, all.Count);
    }

    [Fact]
    public async Task A_delete_by_filter_of_very_many_keeps_what_it_has_done_when_it_fails_and_goes_on_with_the_same_call()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0));
        await RunAsync(
            """
            INSERT INTO vectordb.records_1(id, metadata, embedding)
              SELECT 'r' || lpad(n::text, 5, '0'), jsonb_build_object('odd', n % 2), '[1,1,1]' FROM generate_series(1, 13000) AS n;
            CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'cut short'; END $$;
            CREATE TRIGGER cut BEFORE DELETE ON vectordb.records_1 FOR EACH ROW WHEN (old.id = 'r11001') EXECUTE FUNCTION cut()
            """);
        var odd = FilterParser.Parse("""{"must":[{"key":"odd","match":1}]}""");

        await Assert.ThrowsAsync<StoreException>(() => Store.DeleteAsync("letters", odd, Cancellation));

        Assert.Equal(8_001, (await Store.GetAsync("letters", Cancellation)).Count);
        await RunAsync("DROP TRIGGER cut ON vectordb.records_1");
        Assert.Equal(1_500, await Store.DeleteAsync("letters", odd, Cancellation));
        Assert.Equal(0, await Store.DeleteAsync("letters", odd, Cancellation));
        Assert.Equal(6_501, (await Store.GetAsync("letters", Cancellation)).Count);
    }

    [Fact]
    public async Task A_delete_by_filter_may_take_as_long_as_its_caller_lets_it()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0), Record("b", 1, 0, 0));
        await using var source = NpgsqlDataSource.Create(_connection);
        await using var connection = await source.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var hold = new NpgsqlCommand("LOCK TABLE vectordb.records_1 IN EXCLUSIVE MODE", connection);
        await hold.ExecuteNonQueryAsync(Cancellation);
        _connection += ";Command Timeout=1";
        await using var store = Open();

        var delete = store.DeleteAsync("letters", FilterParser.Parse("""{"mustNot":[{"key":"n","match":1}]}"""), Cancellation);
        // Another statement that waits for the same lock is given up after the second.
        await Assert.ThrowsAsync<StoreException>(() => store.DeleteAsync("letters", ["a"], Cancellation));
        await transaction.RollbackAsync(Cancellation);

        Assert.Equal(2, await delete);
    }

    [Fact]
    public async Task A_filter_that_few_records_match_still_fills_the_results()
    {
        var spec = new CollectionSpec("many", 8, Metric.Cosine);
        await CreateWithAsync(
            spec, [.. Enumerable.Range(0, 900).Select(n => Record($"r{n}", Vectors.Normal(n, 8)) with { Metadata = Json($$"""{"n":{{n % 50}}}""") })]);
        var query = new SearchQuery(Vectors.Normal(-1, 8), 15, FilterParser.Parse("""{"must":[{"key":"n","match":7}]}"""));

        var quick = await Store.SearchAsync("many", query, Cancellation);
        var exact = await Store.SearchAsync("many", query with { Exact = true }, Cancellation);

        Assert.Equal(15, quick.Count);
        Assert.Equal(exact.Select(hit => hit.Record.Id), quick.Select(hit => hit.Record.Id));
    }

    [Fact]
    public async Task Matches_that_the_index_gives_up_before_are_found_all_the_same()
    {
        // With so little memory the scan of the index ends long before it comes to the farthest records, and a scan of the table seems dear.
        const int Count = 3_000;
        var spec = new CollectionSpec("far", 2, Metric.Euclidean);
        await CreateWithAsync(
            spec, [.. Enumerable.Range(0, Count).Select(n => Record($"r{n:0000}", n, 1) with { Metadata = Json($$"""{"far":{{(n >= Count - 20 ? 1 : 0)}}}""") })]);
        _connection += ";Options=-c work_mem=64kB -c seq_page_cost=1000";
        await using var store = Open();
        var query = new SearchQuery(new float[] { 0, 1 }, 30, FilterParser.Parse("""{"must":[{"key":"far","match":1}]}"""));

        var found = await store.SearchAsync("far", query, Cancellation);
        var near = await store.SearchAsync("far", query with { MinScore = 10.5f - Count }, Cancellation);

        Assert.Equal(Enumerable.Range(Count - 20, 20).Select(n => $"r{n:0000}"), found.Select(hit => hit.Record.Id));
        Assert.Equal(10, near.Count);
    }

    [Fact]
    public async Task A_batch_may_take_as_long_as_its_caller_lets_it()
    {
        await CreateWithAsync(Letters);
        await using var source = NpgsqlDataSource.Create(_connection);
        await using var connection = await source.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var hold = new NpgsqlCommand("LOCK TABLE vectordb.records_1 IN EXCLUSIVE MODE", connection);
        await hold.ExecuteNonQueryAsync(Cancellation);
        _connection += ";Command Timeout=1";
        await using var store = Open();

        var upsert = store.UpsertAsync("letters", [Record("a", 1, 0, 0)], Cancellation);
        // Another statement that waits for the same lock is given up after the second.
        await Assert.ThrowsAsync<StoreException>(() => store.DeleteAsync("letters", ["a"], Cancellation));
        await transaction.RollbackAsync(Cancellation);
        await upsert;

        Assert.Equal(1, (await Store.GetAsync("letters", Cancellation)).Count);
    }

    [Fact]
    public async Task Connections_to_a_server_that_turned_into_a_reader_are_made_anew()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0));
        await using var source = NpgsqlDataSource.Create(_connection);
        await RunAsync("SET default_transaction_read_only = on");
        await using var store = Open();
        await Assert.ThrowsAsync<StoreException>(() => store.UpsertAsync("letters", [Record("b", 0, 1, 0)], Cancellation));
        await RunAsync("RESET default_transaction_read_only");

        // New connections take writes from now on, as those to the address of a cluster do once it names the new writer.
        await store.UpsertAsync("letters", [Record("b", 0, 1, 0)], Cancellation);

        Assert.Equal(2, (await store.GetAsync("letters", Cancellation)).Count);

        async Task RunAsync(string change)
        {
            await using var alter = source.CreateCommand($"ALTER DATABASE {new NpgsqlConnectionStringBuilder(_connection).Database} {change}");
            await alter.ExecuteNonQueryAsync(Cancellation);
        }
    }

    [Fact]
    public async Task A_server_that_only_reads_is_busy_and_one_that_may_be_asked_again()
    {
        await Store.CreateAsync(Letters, Cancellation);
        _connection += ";Options=-c default_transaction_read_only=on";
        await using var store = Open();

        var fault = await Assert.ThrowsAsync<StoreException>(() => store.UpsertAsync("letters", [Record("a", 1, 0, 0)], Cancellation));

        Assert.Equal(StoreFault.Busy, fault.Fault);
    }

    [Fact]
    public async Task A_connection_looks_after_half_a_minute_of_silence_whether_its_server_is_still_there()
    {
        RequiredTool.Demand(File.Exists("/proc/net/tcp"), "the connections of this machine are not in /proc/net/tcp");
        _connection += ";Application Name=probed";
        await using var store = Open();
        await store.PingAsync(Cancellation);
        await using var source = NpgsqlDataSource.Create(_connection.Replace("probed", "other", StringComparison.Ordinal));
        await using var find = source.CreateCommand("SELECT client_port FROM pg_stat_activity WHERE application_name = 'probed'");
        var port = (int)(await find.ExecuteScalarAsync(Cancellation))!;

        // Its timer: 2 is that of the probes, and the time until it ends is in hundredths of a second.
        var ends = ($":{port:X4}", $":{new NpgsqlConnectionStringBuilder(_connection).Port:X4}");
        var timer = await Eventually.ReturnsAsync(
            async () => (await File.ReadAllLinesAsync("/proc/net/tcp", Cancellation)).Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .FirstOrDefault(fields => fields[1].EndsWith(ends.Item1, StringComparison.Ordinal) && fields[2].EndsWith(ends.Item2, StringComparison.Ordinal))?[5].Split(':'),
            static timer => timer is ["02", ..],
            "the timer of the probes");
        Assert.InRange(Convert.ToInt32(timer![1], 16), 0, 30_00);
    }

    [Fact]
    public async Task A_collection_can_be_made_at_any_moment_of_another_ones_going()
    {
        var other = await OpenAsync(sameData: true);
        var making = true;
        var dropping = Task.Run(
            async () =>
            {
                while (Volatile.Read(ref making))
                {
                    await other.DropAsync("letters", Cancellation);
                }
            },
            Cancellation);

        for (var n = 0; n < 100; n++)
        {
            Assert.Equal(Letters, (await Store.CreateAsync(Letters, Cancellation)).Collection.Spec);
            Assert.Equal(Letters, (await Store.CreateAsync(Letters, Cancellation)).Collection.Spec);
        }

        Volatile.Write(ref making, false);
        await dropping;
    }

    [Fact]
    public async Task Settings_are_told_without_a_look_at_the_records()
    {
        await CreateWithAsync(Letters, Record("a", 1, 0, 0));
        await using var source = NpgsqlDataSource.Create(_connection);
        await using var connection = await source.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var hold = new NpgsqlCommand("LOCK TABLE vectordb.records_1 IN ACCESS EXCLUSIVE MODE", connection);
        await hold.ExecuteNonQueryAsync(Cancellation);

        Assert.Equal(Letters, await Store.GetSpecAsync("letters", Cancellation).WaitAsync(TimeSpan.FromSeconds(10), Cancellation));
    }

    [Fact]
    public void A_value_that_the_server_cannot_take_is_the_callers_and_no_outage() => Assert.IsType<InvalidQueryException>(
        PostgresFaults.Error(new PostgresException("\"70000\" is out of range for type halfvec", "ERROR", "ERROR", PostgresErrorCodes.NumericValueOutOfRange)));

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_a_fault_of_the_store()
    {
        await using var store = new PostgresStore(
            new VectorStoreOptions(VectorStoreKind.Postgres, ConnectionString: $"Host=127.0.0.1;Port={FreePort.Next()};Username=x;Timeout=1"));

        var fault = await Assert.ThrowsAsync<StoreException>(() => store.PingAsync(Cancellation));

        Assert.Equal(StoreFault.Unavailable, fault.Fault);
    }

    [Fact]
    public async Task Between_a_new_password_and_the_look_that_finds_it_a_request_is_to_be_sent_again()
    {
        _connection = await fixture.NewDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(_connection);
        await using var change = source.CreateCommand("CREATE ROLE rotated LOGIN PASSWORD 'new'");
        await change.ExecuteNonQueryAsync(Cancellation);
        await using var ask = source.CreateCommand("""
            DO $$ BEGIN EXECUTE format('COPY (VALUES (''host all rotated all scram-sha-256''), (''host all all all trust'')) TO %L', current_setting('hba_file')); END $$;
            SELECT pg_reload_conf()
            """);
        await ask.ExecuteNonQueryAsync(Cancellation);
        var password = "old";
        string Known() => new NpgsqlConnectionStringBuilder(_connection) { Username = "rotated", Password = password, Pooling = false }.ConnectionString;
        await using var store = new PostgresStore(new VectorStoreOptions(VectorStoreKind.Postgres, ConnectionString: Known()) { CurrentConnectionString = Known });
        StoreException? fault = null;
        await Eventually.TrueAsync(async () => (fault = await FaultAsync(store)) is not null, "the server asks for the password");

        Assert.Equal(StoreFault.Busy, fault!.Fault);
        Assert.Contains("send the request again", fault.Message, StringComparison.Ordinal);
        password = "new";
        await store.PingAsync(Cancellation);

        async Task<StoreException?> FaultAsync(PostgresStore asked)
        {
            try
            {
                await asked.PingAsync(Cancellation);
                return null;
            }
            catch (StoreException failure)
            {
                return failure;
            }
        }
    }

    protected override async ValueTask<IVectorStore> OpenAsync(bool sameData = false)
    {
        _connection = sameData ? _connection : await fixture.NewDatabaseAsync();
        return Open();
    }

    protected override async Task StoreUncheckedAsync(IReadOnlyList<Core.Records.Record> records)
    {
        await using var source = NpgsqlDataSource.Create(_connection);
        foreach (var record in records)
        {
            await using var insert = source.CreateCommand("INSERT INTO vectordb.records_1(id, embedding) VALUES(@id, @vector::real[]::vector)");
            insert.Parameters.AddWithValue("id", record.Id);
            insert.Parameters.AddWithValue("vector", record.Vector.ToArray());
            await insert.ExecuteNonQueryAsync(Cancellation);
        }
    }

    private async Task RunAsync(string script)
    {
        await using var source = NpgsqlDataSource.Create(_connection);
        await using var command = source.CreateCommand(script);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private PostgresStore Open()
    {
        var store = new PostgresStore(new VectorStoreOptions(VectorStoreKind.Postgres, ConnectionString: _connection));
        _open.Add(store);
        return store;
    }
}
