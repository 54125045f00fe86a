using Npgsql;
using VectorDb.Core.Filters;

namespace VectorDb.Core.Stores.Postgres;

/// <summary>Deletes whatever matches a filter, some thousands at a time.</summary>
internal static class PostgresDeletion
{
    // In one transaction: of millions none would come to its end, and a failure would undo them all.
    private const int MostAtOnce = 5_000;

    /// <returns>How many were deleted.</returns>
    /// <exception cref="CollectionNotFoundException">The collection went meanwhile.</exception>
    public static async Task<long> RunAsync(NpgsqlDataSource source, PostgresCollection collection, Filter filter, CancellationToken cancellationToken)
    {
        var deleted = 0L;
        for (var last = ""; last is not null;)
        {
            try
            {
                (var gone, last) = await DeleteAsync(source, collection, filter, last, cancellationToken);
                deleted += gone;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable && last is not "")
            {
                // Not to go on in a later one of the same name.
                throw new CollectionNotFoundException(collection.Spec.Name);
            }
        }

        return deleted;
    }

    /// <summary>Deletes the first after an id that match, in order of id, as other writers lock them. None that is passed is looked at again.</summary>
    /// <returns>How many, and the id of the last one; null when there are no more behind it.</returns>
    private static async Task<(long Deleted, string? Last)> DeleteAsync(
        NpgsqlDataSource source, PostgresCollection collection, Filter filter, string after, CancellationToken cancellationToken)
    {
        await using var delete = source.CreateCommand();
        // Few that match may lie far apart: the caller's token limits it, no timeout of ours.
        delete.CommandTimeout = 0;
        delete.Parameters.AddWithValue("after", after);
        delete.Parameters.AddWithValue("limit", MostAtOnce);
        var matches = FilterSql.Where(filter, delete.Parameters);
        delete.CommandText = $"""
            WITH chosen AS MATERIALIZED (
              SELECT id FROM {collection.Table} WHERE id > @after AND {matches} ORDER BY id LIMIT @limit FOR UPDATE),
            gone AS (DELETE FROM {collection.Table} AS r USING chosen WHERE r.id = chosen.id AND {matches} RETURNING 1)
            SELECT (SELECT count(*) FROM gone), (SELECT max(id) FROM chosen HAVING count(*) = @limit)
            """;
        await using var rows = await delete.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return (rows.GetInt64(0), await rows.IsDBNullAsync(1, cancellationToken) ? null : rows.GetString(1));
    }
}
