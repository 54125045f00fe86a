using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VectorDb.Core.Collections;
using VectorDb.Core.Filters;
using VectorDb.Core.Records;
using VectorDb.Core.Search;

namespace VectorDb.Core.Stores.Embedded;

/// <summary>
/// SQLite is the truth; searching runs on replicas in memory. Any number of processes may share the file: each follows the change
/// sequence, so that a write of one shows in the searches of all.
/// </summary>
internal sealed class EmbeddedStore : IVectorStore, IAsyncDisposable
{
    // More would help only a search whose results are replaced faster than it reads them.
    private const int MaximumAttempts = 5;

    // In one write: other processes get their turn in between.
    private const int MostDeletedAtOnce = 1_000;

    private readonly string _path;
    private readonly Readers _readers;
    private readonly Replicas _replicas;
    private readonly Leftovers _leftovers;
    private readonly SemaphoreSlim _writing = new(1);
    private bool _disposed;
    private Database? _writer;

    public EmbeddedStore(VectorStoreOptions options, ILogger<EmbeddedStore>? log = null)
    {
        _path = Path.GetFullPath(options.Path ?? throw new ArgumentException("The embedded store needs a path.", nameof(options)));
        _readers = new Readers(_path);
        log ??= NullLogger<EmbeddedStore>.Instance;
        _replicas = new Replicas(_path, _readers, options.PollInterval, log);
        _leftovers = new Leftovers(_readers, WriteAsync, log);
    }

    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        await WriteAsync(Schema.Migrate, cancellationToken);
        _leftovers.Remove();
    }

    /// <summary>Loads every collection that can be read, so that the first search does not wait.</summary>
    public async Task WarmAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in _readers.Read(static database => Catalog.List(database, int.MaxValue, after: "")))
        {
            await _replicas.WarmAsync(entry.Spec.Name, cancellationToken);
        }
    }

    public async Task<(Collection Collection, bool Created)> CreateAsync(CollectionSpec spec, CancellationToken cancellationToken)
    {
        CollectionRules.Check(spec);
        return await WriteAsync(
            database =>
            {
                var existing = Catalog.Find(database, spec.Name);
                if (existing is not null && existing.Spec != spec)
                {
                    throw new CollectionConflictException(existing.Collection);
                }

                return ((existing ?? Catalog.Create(database, spec)).Collection, existing is null);
            },
            cancellationToken);
    }

    public Task<Collection> GetAsync(string collection, CancellationToken cancellationToken) =>
        ReadAsync(database => Catalog.Get(database, collection).Collection, cancellationToken);

    public Task<CollectionIdentity> IdentifyAsync(string collection, CancellationToken cancellationToken) =>
        ReadAsync(database => Catalog.Get(database, collection).Identity, cancellationToken);

    public Task<Page<Collection>> ListAsync(int limit, string? cursor, CancellationToken cancellationToken)
    {
        var (size, after) = (QueryRules.Limit(limit), QueryRules.Cursor(cursor));
        return ReadAsync(
            database =>
            {
                var items = Catalog.List(database, size + 1, after).ConvertAll(entry => entry.Collection);
                return QueryRules.Page(items, size, collection => collection.Spec.Name);
            },
            cancellationToken);
    }

    public async Task<bool> DropAsync(string collection, CancellationToken cancellationToken)
    {
        var dropped = await WriteAsync(
            database =>
            {
                var entry = Catalog.Find(database, collection);
                if (entry is not null)
                {
                    Catalog.Remove(database, entry);
                }

                return entry is not null;
            },
            cancellationToken);
        _leftovers.Remove();
        await _replicas.FollowAsync(collection);
        return dropped;
    }

    public async Task UpsertAsync(string collection, long? collectionId, IReadOnlyList<Record> records, CancellationToken cancellationToken)
    {
        await WriteAsync(
            database =>
            {
                var entry = Catalog.Get(database, collection);
                if (collectionId is { } meant && entry.Id != meant)
                {
                    throw CollectionNotFoundException.Replaced(collection);
                }

                var problems = RecordRules.Check(entry.Spec, records);
                return problems.Count > 0
                    ? throw new InvalidRecordsException(problems)
                    : new RecordTable(entry.Id).Upsert(database, entry, RecordRules.LastOfEachId(records));
            },
            cancellationToken);
        await _replicas.FollowAsync(collection);
    }

    public Task<Record?> FindAsync(string collection, string id, CancellationToken cancellationToken) =>
        ReadAsync(database => new RecordTable(Catalog.Get(database, collection).Id).Find(database, id), cancellationToken);

    public Task<IReadOnlyList<Record>> FindAsync(string collection, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<Record>>(
            database =>
            {
                var table = new RecordTable(Catalog.Get(database, collection).Id);
                return [.. ids.Distinct(StringComparer.Ordinal).Select(id => table.Find(database, id)).OfType<Record>()];
            },
            cancellationToken);

    public async Task<int> DeleteAsync(string collection, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var deleted = await WriteAsync(
            database =>
            {
                var entry = Catalog.Get(database, collection);
                return Delete(database, entry, new RecordTable(entry.Id).Sequences(database, ids.Distinct(StringComparer.Ordinal)));
            },
            cancellationToken);
        await _replicas.FollowAsync(collection);
        return (int)deleted;
    }

    /// <summary>Those that match at its beginning. To look at them all may take long, so no other write waits for that.</summary>
    public async Task<long> DeleteAsync(string collection, Filter filter, CancellationToken cancellationToken)
    {
        var compiled = new CompiledFilter(filter);
        var entry = await ReadAsync(database => Catalog.Get(database, collection), cancellationToken);
        var (deleted, last) = (0L, 0L);
        try
        {
            List<long> victims;
            do
            {
                victims = await ReadAsync(
                    database => new RecordTable(Now(database).Id).Sequences(database, compiled, last, entry.Sequence, MostDeletedAtOnce, cancellationToken),
                    cancellationToken);
                if (victims.Count > 0)
                {
                    deleted += await WriteAsync(database => Delete(database, Now(database), victims), cancellationToken);
                    last = victims[^1];
                }
            }
            while (victims.Count == MostDeletedAtOnce);
        }
        finally
        {
            await _replicas.FollowAsync(collection);
        }

        return deleted;

        CatalogEntry Now(Database database) => Catalog.Find(database, entry.Id) ?? throw new CollectionNotFoundException(collection);
    }

    public Task<Page<Record>> ScrollAsync(
        string collection, int limit, string? cursor, Filter? filter, CancellationToken cancellationToken)
    {
        var (size, after) = (QueryRules.Limit(limit), QueryRules.Cursor(cursor));
        var compiled = filter is null ? null : new CompiledFilter(filter);
        return ReadAsync(
            database =>
            {
                var table = new RecordTable(Catalog.Get(database, collection).Id);
                return QueryRules.Page(table.Scroll(database, size + 1, after, compiled, cancellationToken), size, record => record.Id);
            },
            cancellationToken);
    }

    public async Task<IReadOnlyList<SearchHit>> SearchAsync(string collection, SearchQuery query, CancellationToken cancellationToken)
    {
        var filter = query.Filter is null ? null : new CompiledFilter(query.Filter);
        var replica = await _replicas.GetAsync(collection, cancellationToken);
        var request = new SearchRequest(query.Vector, query.TopK, filter, query.Exact, query.MinScore);
        for (var attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Each time: the collection that has the name now may be another one than before.
            QueryRules.Check(replica.Entry.Spec, query);
            var neighbours = replica.Index.Search(request);
            var hits = _readers.Read(database => Hits(database, replica, neighbours, query.IncludeVectors));
            if (hits?.Count == neighbours.Length || (hits is not null && attempt == MaximumAttempts))
            {
                return hits;
            }

            // A record was replaced or deleted between the scan and the reading of its text: search what is there now.
            replica = await _replicas.RefreshAsync(collection, cancellationToken);
        }
    }

    public Task PingAsync(CancellationToken cancellationToken) =>
        ReadAsync(static database => database.Use("SELECT 1").Step(), cancellationToken);

    /// <summary>Once only, though the container disposes it for each service type that it is registered as.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await _leftovers.DisposeAsync();
        await _replicas.DisposeAsync();
        await _writing.WaitAsync();
        _writer?.Dispose();
        _readers.Dispose();
        _writing.Dispose();
    }

    /// <returns>The neighbours that still exist; null when their collection does not.</returns>
    private static List<SearchHit>? Hits(Database database, Replica replica, Neighbour[] neighbours, bool withVectors)
    {
        if (Catalog.Find(database, replica.Entry.Id) is null)
        {
            return null;
        }

        var hits = new List<SearchHit>(neighbours.Length);
        var letters = 0L;
        foreach (var (sequence, score) in neighbours)
        {
            if (replica.Table.Find(database, sequence, withVectors) is { } record)
            {
                hits.Add(new SearchHit(record, score));
                QueryRules.CheckLetters(letters += record.Text?.Length ?? 0);
            }
        }

        return hits;
    }

    /// <returns>How many of them were there.</returns>
    private static long Delete(Database database, CatalogEntry entry, List<long> victims) =>
        victims.Count == 0 ? 0 : entry.Count - new RecordTable(entry.Id).Delete(database, entry, victims).Count;

    private Task<T> ReadAsync<T>(Func<Database, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_readers.Read(read));
    }

    private async Task<T> WriteAsync<T>(Func<Database, T> write, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            return (_writer ??= Database.Open(_path)).Write(write);
        }
        finally
        {
            _writing.Release();
        }
    }
}
