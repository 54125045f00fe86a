using Microsoft.Data.Sqlite;

namespace VectorDb.Core.Tasks.Sqlite;

/// <summary>The files that a ledger still needs.</summary>
/// <param name="Chunks">Of chunks that are not indexed yet. A worker removes one as soon as it is.</param>
/// <param name="Uploads">Of tasks that are open, or that have failed records to be tried again.</param>
internal sealed record LedgerFiles(IReadOnlyList<string> Chunks, IReadOnlyList<string> Uploads)
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
                $"SELECT DISTINCT file_key FROM tasks WHERE {SqliteChunkLedger.TaskIsOpen} OR failed > 0", static row => row.GetString(0)));
    }
}
