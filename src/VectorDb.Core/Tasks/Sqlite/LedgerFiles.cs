using Microsoft.Data.Sqlite;

namespace VectorDb.Core.Tasks.Sqlite;

/// <summary>The files that a ledger still needs.</summary>
/// <param name="Chunks">Of chunks that are not indexed yet. A worker removes one as soon as it is.</param>
/// <param name="Others">Uploads of tasks that are open or may be tried again, and chunks of stopped tasks. One that is gone is not missed.</param>
internal sealed record LedgerFiles(IReadOnlyList<string> Chunks, IReadOnlyList<string> Others)
{
    /// <param name="path">A ledger that nobody writes to.</param>
    public static LedgerFiles Of(string path)
    {
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        connection.Open();
        var session = new LedgerSession(connection, transaction: null);
        return new LedgerFiles(
            session.Rows(
                $"SELECT c.file_key FROM chunks c JOIN tasks t ON t.id = c.task_id WHERE c.open = 1 AND t.{SqliteChunkLedger.TaskIsOpen} ORDER BY c.nudged_at, c.number",
                static row => row.GetString(0)),
            session.Rows(
                $"""
                SELECT file_key FROM tasks WHERE {SqliteChunkLedger.TaskIsOpen} OR failed > 0 OR state IN ($failed, $cancelled)
                UNION SELECT c.file_key FROM chunks c JOIN tasks t ON t.id = c.task_id WHERE c.open = 1 AND NOT t.{SqliteChunkLedger.TaskIsOpen}
                """,
                static row => row.GetString(0), ("$failed", (int)TaskState.Failed), ("$cancelled", (int)TaskState.Cancelled)));
    }
}
