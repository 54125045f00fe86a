using VectorDb.Core.Collections;
using VectorDb.Core.Filters;
using VectorDb.Core.Records;

namespace VectorDb.Core.Stores;

/// <param name="Vector">The query, of the collection's dimension.</param>
/// <param name="TopK">1 to 1,000 results.</param>
/// <param name="Filter">Only records that match it; null for all.</param>
/// <param name="Exact">Scan the floats of every matching record instead of the quantised codes.</param>
/// <param name="MinScore">Leave out results below it.</param>
/// <param name="IncludeVectors">Return each result's vector as well.</param>
public sealed record SearchQuery(
    ReadOnlyMemory<float> Vector, int TopK, Filter? Filter = null, bool Exact = false, float? MinScore = null, bool IncludeVectors = false);

/// <param name="Record">The record; its vector is empty unless the query asked for it.</param>
/// <param name="Score">Similarity under the collection's metric; higher is nearer.</param>
public sealed record SearchHit(Record Record, float Score);

/// <param name="Items">One page, in a stable order.</param>
/// <param name="NextCursor">Opaque; null on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>
/// Collections and their records: embedded (SQLite and a scan in memory) or PostgreSQL with pgvector, under one conformance suite.
/// Every call throws <see cref="CollectionNotFoundException"/> for a collection that does not exist.
/// A write is durable when its task completes, and visible to the search of every process within 100 ms.
/// </summary>
public interface IVectorStore
{
    /// <summary>Brings the schema up to date, once, before traffic.</summary>
    Task MigrateAsync(CancellationToken cancellationToken);

    /// <summary>Creates it, or returns the one there when its settings are the same.</summary>
    /// <returns>The collection, and whether this call made it.</returns>
    /// <exception cref="CollectionConflictException">The name is taken with other settings.</exception>
    Task<(Collection Collection, bool Created)> CreateAsync(CollectionSpec spec, CancellationToken cancellationToken);

    /// <summary>The collection and how many records it has, which PostgreSQL counts one by one: ask for the identity alone where that will do.</summary>
    Task<Collection> GetAsync(string collection, CancellationToken cancellationToken);

    /// <summary>Id and settings as they are now, also where another process made the collection anew; one row is read, none is counted.</summary>
    Task<CollectionIdentity> IdentifyAsync(string collection, CancellationToken cancellationToken);

    Task<Page<Collection>> ListAsync(int limit, string? cursor, CancellationToken cancellationToken);

    /// <summary>It is gone when this returns; the embedded store frees its room from then on.</summary>
    /// <returns>False when there was none.</returns>
    Task<bool> DropAsync(string collection, CancellationToken cancellationToken);

    /// <summary>Inserts or replaces all of them, or none. Of two with one id the last wins.</summary>
    /// <param name="collectionId">The collection that is meant: one that has its name since it was dropped gets nothing. Null for any.</param>
    Task UpsertAsync(string collection, long? collectionId, IReadOnlyList<Record> records, CancellationToken cancellationToken);

    Task<Record?> FindAsync(string collection, string id, CancellationToken cancellationToken);

    /// <summary>The records that exist among <paramref name="ids"/>, vectors included, in any order.</summary>
    Task<IReadOnlyList<Record>> FindAsync(string collection, IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <returns>How many of them were there.</returns>
    Task<int> DeleteAsync(string collection, IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>Of many, some may be gone before the others, and stay so when it fails or is given up on the way: the same call again goes on.</summary>
    /// <returns>How many matched and are gone.</returns>
    Task<long> DeleteAsync(string collection, Filter filter, CancellationToken cancellationToken);

    /// <summary>Records by id, ordinal order, without vectors.</summary>
    Task<Page<Record>> ScrollAsync(string collection, int limit, string? cursor, Filter? filter, CancellationToken cancellationToken);

    /// <returns>Best first.</returns>
    Task<IReadOnlyList<SearchHit>> SearchAsync(string collection, SearchQuery query, CancellationToken cancellationToken);

    /// <summary>A cheap round trip, for health.</summary>
    Task PingAsync(CancellationToken cancellationToken);
}

public static class VectorStoreExtensions
{
    /// <summary>The settings of whichever collection has the name now.</summary>
    public static async Task<CollectionSpec> GetSpecAsync(this IVectorStore store, string collection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        return (await store.IdentifyAsync(collection, cancellationToken)).Spec;
    }

    /// <summary>Into whichever collection has the name.</summary>
    public static Task UpsertAsync(this IVectorStore store, string collection, IReadOnlyList<Record> records, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.UpsertAsync(collection, collectionId: null, records, cancellationToken);
    }
}

public sealed class CollectionNotFoundException(string name, string? message = null) : Exception(message ?? $"There is no collection '{name}'.")
{
    public static CollectionNotFoundException Replaced(string name) =>
        new(name, $"The collection '{name}' that this was meant for was deleted; the one of that name is another.");

    public string Name { get; } = name;
}

public sealed class CollectionConflictException(Collection existing) : Exception(
    $"Collection '{existing.Spec.Name}' exists with dimension {existing.Spec.Dimension} and metric {existing.Spec.Metric.ToString().ToLowerInvariant()}; delete it first or use another name.");
