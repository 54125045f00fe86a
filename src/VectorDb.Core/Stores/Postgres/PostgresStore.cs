using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using Pgvector;
using VectorDb.Core.Collections;
using VectorDb.Core.Filters;
using VectorDb.Core.Records;

namespace VectorDb.Core.Stores.Postgres;

/// <summary>PostgreSQL with pgvector: one table with an HNSW index for each collection.</summary>
internal sealed class PostgresStore : IVectorStore, IAsyncDisposable
{
    private const string Columns = "id, content_hash, metadata, text";

    // Seconds. A host that went without a word is given up for dead a minute and a quarter later, by the nine probes of Linux.
    private const int SilenceBeforeProbes = 30;
    private const int BetweenProbes = 5;

    private readonly NpgsqlDataSource _source;
    private readonly PostgresCollections _collections;
    private readonly ConcurrentDictionary<string, PostgresCollection> _known = new(StringComparer.Ordinal);

    public PostgresStore(VectorStoreOptions options)
    {
        var builder = new NpgsqlDataSourceBuilder(
            options.ConnectionString ?? throw new ArgumentException("The PostgreSQL store needs a connection string.", nameof(options)));
        builder.UseVector();
        builder.ConnectionStringBuilder.TcpKeepAlive = true;
        builder.ConnectionStringBuilder.TcpKeepAliveTime = SilenceBeforeProbes;
        builder.ConnectionStringBuilder.TcpKeepAliveInterval = BetweenProbes;
        if (options.CurrentConnectionString is { } current && builder.ConnectionStringBuilder.Password is { } first)
        {
            builder.ConnectionStringBuilder.Password = null;
            builder.UsePasswordProvider(_ => Password(), (_, _) => ValueTask.FromResult(Password()));

            string Password() => (current() is { } text ? new NpgsqlConnectionStringBuilder(text).Password : null) ?? first;
        }

        _source = builder.Build();
        _collections = new PostgresCollections(_source);
    }

    public Task MigrateAsync(CancellationToken cancellationToken) =>
        GuardAsync(() => PostgresSchema.MigrateAsync(_source, cancellationToken));

    public Task<(Collection Collection, bool Created)> CreateAsync(CollectionSpec spec, CancellationToken cancellationToken)
    {
        CollectionRules.Check(spec);
        return GuardAsync(async () =>
        {
            while (true)
            {
                if (await _collections.TryMakeAsync(spec, cancellationToken) is { } made)
                {
                    return (made, true);
                }

                try
                {
                    var existing = await GetAsync(spec.Name, cancellationToken);
                    return existing.Spec == spec ? (existing, false) : throw new CollectionConflictException(existing);
                }
                catch (CollectionNotFoundException)
                {
                    // Dropped between the two: its name is free now.
                }
            }
        });
    }

    public Task<Collection> GetAsync(string collection, CancellationToken cancellationToken) => WithAsync(
        collection,
        found => _collections.CountedAsync(found, cancellationToken),
        cancellationToken);

    public Task<CollectionIdentity> IdentifyAsync(string collection, CancellationToken cancellationToken) =>
        GuardAsync(async () => (await LookUpAsync(collection, cancellationToken)).Identity);

    public Task<Page<Collection>> ListAsync(int limit, string? cursor, CancellationToken cancellationToken)
    {
        var (size, after) = (QueryRules.Limit(limit), QueryRules.Cursor(cursor));
        return GuardAsync(() => _collections.ListAsync(size, after, cancellationToken));
    }

    public Task<bool> DropAsync(string collection, CancellationToken cancellationToken)
    {
        _known.TryRemove(collection, out _);
        return GuardAsync(() => _collections.DropAsync(collection, cancellationToken));
    }

    public Task UpsertAsync(string collection, long? collectionId, IReadOnlyList<Record> records, CancellationToken cancellationToken) => WithAsync(
        collection,
        async found =>
        {
            found = await DemandAsync(found, collectionId, cancellationToken);
            var problems = RecordRules.Check(found.Spec, records);
            if (problems.Count > 0)
            {
                throw new InvalidRecordsException(problems);
            }

            // In order of id, so that two batches with records in common wait for each other and never in a circle.
            var batch = RecordRules.LastOfEachId(records).OrderBy(record => record.Id, StringComparer.Ordinal).ToArray();
            await using var upsert = _source.CreateCommand($"""
                INSERT INTO {found.Table}({Columns}, embedding)
                SELECT * FROM unnest(@id, @hash, @metadata, @text, @embedding)
                ON CONFLICT(id) DO UPDATE SET content_hash = excluded.content_hash, metadata = excluded.metadata,
                  text = excluded.text, embedding = excluded.embedding
                """);
            // Indexing thousands of vectors takes long: the caller's token limits it, no timeout of ours.
            upsert.CommandTimeout = 0;
            Add(upsert, "id", NpgsqlDbType.Array | NpgsqlDbType.Text, Array.ConvertAll(batch, record => record.Id));
            Add(upsert, "hash", NpgsqlDbType.Array | NpgsqlDbType.Text, Array.ConvertAll(batch, record => record.ContentHash));
            Add(upsert, "metadata", NpgsqlDbType.Array | NpgsqlDbType.Jsonb, Array.ConvertAll(batch, record => record.Metadata?.ToJsonString()));
            Add(upsert, "text", NpgsqlDbType.Array | NpgsqlDbType.Text, Array.ConvertAll(batch, record => record.Text));
            upsert.Parameters.AddWithValue("embedding", Array.ConvertAll(batch, record => new Vector(record.Vector)));
            return await upsert.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);

    public async Task<Record?> FindAsync(string collection, string id, CancellationToken cancellationToken) =>
        (await FindAsync(collection, [id], cancellationToken)).SingleOrDefault();

    public Task<IReadOnlyList<Record>> FindAsync(string collection, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) => WithAsync(
        collection,
        async found =>
        {
            await using var find = _source.CreateCommand($"SELECT {Columns}, embedding FROM {found.Table} WHERE id = ANY(@ids)");
            Add(find, "ids", NpgsqlDbType.Array | NpgsqlDbType.Text, ids.ToArray());
            return (IReadOnlyList<Record>)await ReadAsync(find, static row => ReadRecord(row, withVector: true), cancellationToken);
        },
        cancellationToken);

    public Task<int> DeleteAsync(string collection, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) => WithAsync(
        collection,
        async found =>
        {
            await using var delete = _source.CreateCommand($"DELETE FROM {found.Table} WHERE id = ANY(@ids)");
            Add(delete, "ids", NpgsqlDbType.Array | NpgsqlDbType.Text, ids.ToArray());
            return await delete.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);

    public Task<long> DeleteAsync(string collection, Filter filter, CancellationToken cancellationToken) =>
        WithAsync(collection, found => PostgresDeletion.RunAsync(_source, found, filter, cancellationToken), cancellationToken);

    public Task<Page<Record>> ScrollAsync(
        string collection, int limit, string? cursor, Filter? filter, CancellationToken cancellationToken)
    {
        var (size, after) = (QueryRules.Limit(limit), QueryRules.Cursor(cursor));
        return WithAsync(
            collection,
            async found =>
            {
                await using var scroll = _source.CreateCommand();
                scroll.Parameters.AddWithValue("after", after);
                scroll.Parameters.AddWithValue("limit", size + 1);
                scroll.CommandText = $"""
                    SELECT {Columns} FROM {found.Table}
                    WHERE id > @after AND {FilterSql.Where(filter, scroll.Parameters)} ORDER BY id LIMIT @limit
                    """;
                var items = await ReadAsync(scroll, static row => ReadRecord(row, withVector: false), cancellationToken);
                return QueryRules.Page(items, size, static record => record.Id);
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<SearchHit>> SearchAsync(string collection, SearchQuery query, CancellationToken cancellationToken) =>
        WithAsync(collection, found => PostgresSearch.RunAsync(_source, found, query, cancellationToken), cancellationToken);

    public Task PingAsync(CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await using var ping = _source.CreateCommand("SELECT 1");
        await ping.ExecuteScalarAsync(cancellationToken);
    });

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    internal static Record ReadRecord(NpgsqlDataReader row, bool withVector) => new(
        row.GetString(0),
        row.IsDBNull(3) ? null : row.GetString(3),
        withVector ? row.GetFieldValue<Vector>(4).Memory : ReadOnlyMemory<float>.Empty,
        row.IsDBNull(2) ? null : (JsonObject?)JsonNode.Parse(row.GetString(2)))
    { ContentHash = row.IsDBNull(1) ? null : row.GetString(1) };

    internal static async Task<List<T>> ReadAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var items = new List<T>();
        while (await rows.ReadAsync(cancellationToken))
        {
            items.Add(read(rows));
        }

        return items;
    }

    private static void Add(NpgsqlCommand command, string name, NpgsqlDbType type, object value) =>
        command.Parameters.Add(new NpgsqlParameter(name, type) { Value = value });

    private async Task GuardAsync(Func<Task> work) => await GuardAsync(async () =>
    {
        await work();
        return true;
    });

    private async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (PostgresFaults.IsFault(e))
        {
            if (PostgresFaults.IsOfReader(e))
            {
                // The writer of before a failover came back as a reader: connections to it are as good as ever, but for writing.
                _source.Clear();
            }

            throw PostgresFaults.Error(e);
        }
    }

    /// <summary>Runs it on the table that has the name now: one remembered may have been dropped by another process.</summary>
    private Task<T> WithAsync<T>(string collection, Func<PostgresCollection, Task<T>> work, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        for (var isRemembered = _known.TryGetValue(collection, out var found); ; (isRemembered, found) = (false, null))
        {
            found ??= await LookUpAsync(collection, cancellationToken);
            try
            {
                return await work(found);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
            {
                _known.TryRemove(collection, out _);
                if (!isRemembered)
                {
                    throw new CollectionNotFoundException(collection);
                }
            }
        }
    });

    /// <summary>Each collection has a table of its own, so that after this nothing can reach a later one of the same name.</summary>
    private async Task<PostgresCollection> DemandAsync(PostgresCollection found, long? id, CancellationToken cancellationToken)
    {
        if (id is null || found.Id == id)
        {
            return found;
        }

        var current = await LookUpAsync(found.Spec.Name, cancellationToken);
        return current.Id == id ? current : throw CollectionNotFoundException.Replaced(found.Spec.Name);
    }

    private async Task<PostgresCollection> LookUpAsync(string collection, CancellationToken cancellationToken) =>
        _known[collection] = await _collections.FindAsync(collection, cancellationToken) ?? throw new CollectionNotFoundException(collection);
}
