using System.Globalization;
using Npgsql;
using Pgvector;

namespace VectorDb.Core.Stores.Postgres;

/// <summary>One search in one round trip: the settings and the query go as a batch, which is one transaction.</summary>
internal static class PostgresSearch
{
    // Candidates that HNSW keeps; 100 gave recall 1.000 on 100,000 clustered vectors where 40 gave 0.992.
    private const int SmallestCandidateList = 100;
    private const int LargestCandidateList = 1_000;

    // Half-precision order is nearly the true one: this many times as many are fetched and put in the true order.
    private const int Refinement = 3;

    public static async Task<IReadOnlyList<SearchHit>> RunAsync(
        NpgsqlDataSource source, PostgresCollection collection, SearchQuery query, CancellationToken cancellationToken)
    {
        QueryRules.Check(collection.Spec, query);
        var (hits, mayLack) = await ScanAsync(source, collection, query, cancellationToken);
        return mayLack && (query.Filter is not null || await HasMoreThanAsync(source, collection, hits.Count, cancellationToken))
            ? (await ScanAsync(source, collection, query with { Exact = true }, cancellationToken)).Hits
            : hits;
    }

    /// <summary>Without a filter most searches that come short have seen all there is: to count so few is less than to compare and send them again.</summary>
    private static async Task<bool> HasMoreThanAsync(
        NpgsqlDataSource source, PostgresCollection collection, int found, CancellationToken cancellationToken)
    {
        await using var count = source.CreateCommand($"SELECT count(*) > @found FROM (SELECT FROM {collection.Table} LIMIT @found + 1) AS record");
        count.Parameters.AddWithValue("found", found);
        return (bool)(await count.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <returns>
    /// The hits, and whether there may be more: the index gives up after so many tuples or so much memory, wherever the matches are, and of
    /// those tuples many may be of records that are gone.
    /// </returns>
    private static async Task<(List<SearchHit> Hits, bool MayLack)> ScanAsync(
        NpgsqlDataSource source, PostgresCollection collection, SearchQuery query, CancellationToken cancellationToken)
    {
        await using var batch = source.CreateBatch();
        var candidates = Math.Clamp(collection.IsHalf ? query.TopK * Refinement : query.TopK, SmallestCandidateList, LargestCandidateList);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            SELECT set_config('hnsw.ef_search', '{candidates}', true),
              set_config('hnsw.iterative_scan', 'relaxed_order', true),
              set_config('hnsw.max_scan_tuples', '200000', true),
              set_config('enable_indexscan', '{(query.Exact ? "off" : "on")}', true)
            """)));
        batch.BatchCommands.Add(Command(collection, query));

        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var hits = new List<SearchHit>(query.TopK);
        var distance = query.IncludeVectors ? 5 : 4;
        var (found, letters) = (0, 0L);
        while (await rows.ReadAsync(cancellationToken))
        {
            found++;
            var score = collection.Score(rows.GetDouble(distance));
            if (!(score < query.MinScore))
            {
                var record = PostgresStore.ReadRecord(rows, query.IncludeVectors);
                hits.Add(new SearchHit(record, score));
                QueryRules.CheckLetters(letters += record.Text?.Length ?? 0);
            }
        }

        // What the index did not come to is farther away: when what it found last is below the least score, all of that is too.
        return (hits, collection.IsIndexed && !query.Exact && found < query.TopK && hits.Count == found);
    }

    // The scan gives the nearest in a nearly right order, and knows it only half-precisely where vectors are long: sort what it found.
    private static NpgsqlBatchCommand Command(PostgresCollection collection, SearchQuery query)
    {
        var command = new NpgsqlBatchCommand();
        command.Parameters.AddWithValue("query", new Vector(query.Vector));
        command.Parameters.AddWithValue("limit", query.TopK);
        command.Parameters.AddWithValue("fetched", collection.IsHalf && !query.Exact ? query.TopK * Refinement : query.TopK);
        var vector = query.IncludeVectors ? ", embedding" : "";
        command.CommandText = $"""
            WITH nearest AS MATERIALIZED (
              SELECT id, content_hash, metadata, text{vector}, {collection.Distance} AS distance FROM {collection.Table}
              WHERE {FilterSql.Where(query.Filter, command.Parameters)}
              ORDER BY {(query.Exact ? collection.Distance : collection.IndexedDistance)} LIMIT @fetched)
            SELECT * FROM nearest ORDER BY distance, id LIMIT @limit
            """;
        return command;
    }
}
