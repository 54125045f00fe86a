using Microsoft.Data.Sqlite;

namespace VectorDb.Core.Tasks.Sqlite;

/// <summary>Rows of the ledger's tables to records and back.</summary>
internal static class LedgerRows
{
    public const int TaskColumnCount = 15;

    public const string TaskColumns =
        "id, collection, state, options, file_key, total, succeeded, failed, created_at, started_at, finished_at, error, retry_of, content_hash, collection_id";

    public static IngestTask Task(SqliteDataReader row) => new(
        Id: row.GetString(0),
        Collection: row.GetString(1),
        State: (TaskState)row.GetInt32(2),
        Options: OptionsText.Read(row.GetString(3)),
        FileKey: row.GetString(4),
        Total: row.GetInt64(5),
        Succeeded: row.GetInt64(6),
        Failed: row.GetInt64(7),
        CreatedAt: Time(row.GetInt64(8)),
        StartedAt: row.IsDBNull(9) ? null : Time(row.GetInt64(9)),
        FinishedAt: row.IsDBNull(10) ? null : Time(row.GetInt64(10)),
        Error: row.IsDBNull(11) ? null : row.GetString(11))
    {
        RetryOf = row.IsDBNull(12) ? null : row.GetString(12),
        ContentHash = row.GetString(13),
        CollectionId = row.IsDBNull(14) ? null : row.GetInt64(14),
    };

    public static RecordError Error(SqliteDataReader row) =>
        new(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetString(2));

    public static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
