using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using Pgvector;
using VectorDb.Testing;

namespace VectorDb.Benchmarks;

/// <summary>PostgreSQL 17 with pgvector 0.8 beside it: HNSW with m 16, built after loading, asked over a loopback connection.</summary>
internal static class PgvectorBenchmark
{
    public static async Task RunAsync(Workload workload, Table table)
    {
        if (!PostgresServer.IsInstalled)
        {
            table.Row("pgvector", "not installed: scripts/install-test-tools.sh");
            return;
        }

        await using var server = await PostgresServer.StartAsync(
            "shared_buffers=1GB", "maintenance_work_mem=4GB", "max_parallel_maintenance_workers=2", "fsync=off", "max_wal_size=8GB");
        await using (var setup = NpgsqlDataSource.Create(server.ConnectionString("postgres")))
        {
            await setup.CreateCommand("CREATE EXTENSION vector").ExecuteNonQueryAsync();
        }

        var builder = new NpgsqlDataSourceBuilder(server.ConnectionString("postgres"));
        builder.UseVector();
        await using var source = builder.Build();
        await using var connection = await source.OpenConnectionAsync();
        var build = await FillAsync(connection, workload);
        await using var size = new NpgsqlCommand("SELECT pg_total_relation_size('items')", connection);
        var megabytes = (long)(await size.ExecuteScalarAsync())! / (double)(1 << 20);

        await using var search = new NpgsqlCommand($"SELECT id FROM items ORDER BY embedding <=> $1 LIMIT {Workload.TopK}", connection);
        search.Parameters.Add(new NpgsqlParameter());
        foreach (var candidates in new[] { 40, 100 })
        {
            await RunAsync(connection, $"SET hnsw.ef_search = {candidates}");
            var figures = await SearchFigures.MeasureAsync(workload, workload.Truth, rounds: 3, async query =>
            {
                search.Parameters[0].Value = new Vector(workload.Queries[query]);
                var found = new List<int>(Workload.TopK);
                await using var rows = await search.ExecuteReaderAsync();
                while (await rows.ReadAsync())
                {
                    found.Add(rows.GetInt32(0));
                }

                return found;
            });
            SearchBenchmarks.Row(table, $"pgvector over the wire, ef {candidates}", figures with { Cpu = null }, build.TotalSeconds, megabytes);
        }
    }

    /// <returns>How long the index took, when the rows were there.</returns>
    private static async Task<TimeSpan> FillAsync(NpgsqlConnection connection, Workload workload)
    {
        await RunAsync(connection, $"CREATE TABLE items(id integer PRIMARY KEY, embedding vector({workload.Dimension}))");
        await using (var copy = await connection.BeginBinaryImportAsync("COPY items FROM STDIN (FORMAT binary)"))
        {
            foreach (var (number, vector) in workload.Vectors.Index())
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(number, NpgsqlDbType.Integer);
                await copy.WriteAsync(new Vector(vector));
            }

            await copy.CompleteAsync();
        }

        var watch = Stopwatch.StartNew();
        await RunAsync(connection, "CREATE INDEX ON items USING hnsw (embedding vector_cosine_ops) WITH (m = 16)");
        return watch.Elapsed;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }
}
