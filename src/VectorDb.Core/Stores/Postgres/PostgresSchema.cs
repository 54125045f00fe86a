using System.Globalization;
using Npgsql;
using VectorDb.Core.Collections;

namespace VectorDb.Core.Stores.Postgres;

/// <param name="Id">Never used again; the records are in the table that it names.</param>
internal sealed record PostgresCollection(long Id, CollectionSpec Spec)
{
    // HNSW takes vectors of up to 2,000 dimensions, and half-precision ones of up to 4,000.
    private const int MaximumIndexed = 2_000;
    private const int MaximumHalfIndexed = 4_000;

    public CollectionIdentity Identity => new(Id, Spec);

    public string Table => string.Create(CultureInfo.InvariantCulture, $"vectordb.records_{Id}");

    public bool IsIndexed => Spec.Dimension <= MaximumHalfIndexed;

    /// <summary>Whether the index holds half-precision copies, so that its order must be refined by the whole vectors.</summary>
    public bool IsHalf => Spec.Dimension is > MaximumIndexed and <= MaximumHalfIndexed;

    public string Operator => Spec.Metric switch
    {
        Metric.Cosine => "<=>",
        Metric.Dot => "<#>",
        _ => "<->",
    };

    /// <summary>The distance from the parameter <c>@query</c>, as the index knows it.</summary>
    public string IndexedDistance => IsHalf
        ? string.Create(CultureInfo.InvariantCulture, $"embedding::halfvec({Spec.Dimension}) {Operator} @query::halfvec({Spec.Dimension})")
        : Distance;

    public string Distance => $"embedding {Operator} @query";

    public string CreateTable => string.Create(CultureInfo.InvariantCulture, $"""
        CREATE TABLE {Table}(
          id text COLLATE "C" PRIMARY KEY,
          content_hash text,
          metadata jsonb,
          text text,
          embedding vector({Spec.Dimension}) NOT NULL);
        CREATE INDEX ON {Table} USING gin (metadata jsonb_path_ops);
        """) + CreateIndex;

    private string CreateIndex
    {
        get
        {
            if (!IsIndexed)
            {
                return "";
            }

            var operators = Spec.Metric switch
            {
                Metric.Cosine => "cosine_ops",
                Metric.Dot => "ip_ops",
                _ => "l2_ops",
            };
            return IsHalf
                ? string.Create(CultureInfo.InvariantCulture, $"CREATE INDEX ON {Table} USING hnsw ((embedding::halfvec({Spec.Dimension})) halfvec_{operators});")
                : $"CREATE INDEX ON {Table} USING hnsw (embedding vector_{operators});";
        }
    }

    /// <returns>The score of a distance: higher is nearer. Always finite, as JSON demands: earlier releases stored vectors whose distances overflow.</returns>
    public float Score(double distance) => (float)(Spec.Metric == Metric.Cosine ? Math.Clamp(1 - distance, -1, 1) : Math.Max(0 - distance, float.MinValue));
}

/// <summary>
/// Brings the schema up to date: one step after another, under a lock that makes every other starting instance wait. A step only
/// expands (new tables, new columns that may be null), so that the release before still runs on it; what it leaves behind is removed
/// by a step of a later release.
/// </summary>
internal static class PostgresSchema
{
    private const long MigrationLock = 0x76656374_6f726462;

    private static readonly string[] Steps =
    [
        """
        CREATE TABLE vectordb.collections(
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          name text COLLATE "C" NOT NULL UNIQUE,
          dimension integer NOT NULL,
          metric text NOT NULL)
        """,
    ];

    public static async Task MigrateAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            await RunAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock({MigrationLock})"));
            await RunAsync("CREATE SCHEMA IF NOT EXISTS vectordb");
            await RunAsync("CREATE EXTENSION IF NOT EXISTS vector");
            await RunAsync("CREATE TABLE IF NOT EXISTS vectordb.schema_steps(step integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())");
            var done = Convert.ToInt32(await RunAsync("SELECT count(*) FROM vectordb.schema_steps"), CultureInfo.InvariantCulture);
            for (var step = done; step < Steps.Length; step++)
            {
                await RunAsync(Steps[step]);
                await RunAsync(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO vectordb.schema_steps(step) VALUES({step + 1})"));
            }

            await transaction.CommitAsync(cancellationToken);
        }

        // The connections opened before do not know the type that the extension brought.
        await connection.ReloadTypesAsync(cancellationToken);

        async Task<object?> RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            return await command.ExecuteScalarAsync(cancellationToken);
        }
    }
}
