using System.Globalization;
using Npgsql;
using VectorDb.Core.Collections;

namespace VectorDb.Core.Stores.Postgres;

/// <summary>The table of the collections, and the making and dropping of the tables of their records.</summary>
internal sealed class PostgresCollections(NpgsqlDataSource source)
{
    private const int ListAttempts = 10;

    /// <returns>Null where one of that name exists.</returns>
    public async Task<Collection?> TryMakeAsync(CollectionSpec spec, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var insert = new NpgsqlCommand(
            "INSERT INTO vectordb.collections(name, dimension, metric) VALUES(@name, @dimension, @metric) ON CONFLICT DO NOTHING RETURNING id",
            connection);
        insert.Parameters.AddWithValue("name", spec.Name);
        insert.Parameters.AddWithValue("dimension", spec.Dimension);
        insert.Parameters.AddWithValue("metric", spec.Metric.ToString());
        if (await insert.ExecuteScalarAsync(cancellationToken) is not long id)
        {
            return null;
        }

        await using var create = new NpgsqlCommand(new PostgresCollection(id, spec).CreateTable, connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new Collection(spec, Count: 0) { Id = id };
    }

    /// <returns>Null where there is none of that name.</returns>
    public async Task<PostgresCollection?> FindAsync(string collection, CancellationToken cancellationToken)
    {
        await using var find = source.CreateCommand("SELECT id, name, dimension, metric FROM vectordb.collections WHERE name = @name");
        find.Parameters.AddWithValue("name", collection);
        return (await PostgresStore.ReadAsync(find, Read, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Collections whose names follow one, in the order of their names. One that is dropped before it is counted is left out.</summary>
    public async Task<Page<Collection>> ListAsync(int size, string after, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ListOnceAsync(size, after, cancellationToken);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable && attempt < ListAttempts)
            {
                // A collection was dropped between listing and counting: the next list does not have it.
            }
        }
    }

    /// <returns>False where there is none of that name.</returns>
    public async Task<bool> DropAsync(string collection, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var delete = new NpgsqlCommand("DELETE FROM vectordb.collections WHERE name = @name RETURNING id", connection);
        delete.Parameters.AddWithValue("name", collection);
        if (await delete.ExecuteScalarAsync(cancellationToken) is not long id)
        {
            return false;
        }

        await using var drop = new NpgsqlCommand(
            string.Create(CultureInfo.InvariantCulture, $"DROP TABLE vectordb.records_{id}"), connection);
        await drop.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    public async Task<Collection> CountedAsync(PostgresCollection collection, CancellationToken cancellationToken)
    {
        await using var count = source.CreateCommand($"SELECT count(*) FROM {collection.Table}");
        return new Collection(collection.Spec, (long)(await count.ExecuteScalarAsync(cancellationToken))!) { Id = collection.Id };
    }

    private async Task<Page<Collection>> ListOnceAsync(int size, string after, CancellationToken cancellationToken)
    {
        await using var list = source.CreateCommand(
            "SELECT id, name, dimension, metric FROM vectordb.collections WHERE name > @after ORDER BY name LIMIT @limit");
        list.Parameters.AddWithValue("after", after);
        list.Parameters.AddWithValue("limit", size + 1);
        var items = new List<Collection>();
        foreach (var collection in await PostgresStore.ReadAsync(list, Read, cancellationToken))
        {
            items.Add(await CountedAsync(collection, cancellationToken));
        }

        return QueryRules.Page(items, size, static item => item.Spec.Name);
    }

    private static PostgresCollection Read(NpgsqlDataReader row) =>
        new(row.GetInt64(0), new CollectionSpec(row.GetString(1), row.GetInt32(2), Enum.Parse<Metric>(row.GetString(3))));
}
