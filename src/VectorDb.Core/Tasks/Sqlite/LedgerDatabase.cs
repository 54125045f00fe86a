using Microsoft.Data.Sqlite;

namespace VectorDb.Core.Tasks.Sqlite;

/// <summary>The file of the ledger: several processes write to it, each write in a short immediate transaction.</summary>
internal sealed class LedgerDatabase
{
    private const int Version = 1;

    private const string Schema = """
        CREATE TABLE IF NOT EXISTS tasks (
            id TEXT PRIMARY KEY, collection TEXT NOT NULL, state INTEGER NOT NULL, options TEXT NOT NULL, file_key TEXT NOT NULL,
            content_hash TEXT NOT NULL, idempotency_key TEXT, retry_of TEXT,
            total INTEGER NOT NULL DEFAULT 0, succeeded INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
            created_at INTEGER NOT NULL, started_at INTEGER, finished_at INTEGER, error TEXT,
            chunks INTEGER NOT NULL DEFAULT 0, open_chunks INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0, lease TEXT, lease_until INTEGER NOT NULL DEFAULT 0, nudged_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE UNIQUE INDEX IF NOT EXISTS tasks_idempotency ON tasks (collection, idempotency_key) WHERE idempotency_key IS NOT NULL;
        CREATE INDEX IF NOT EXISTS tasks_newest ON tasks (created_at DESC, id DESC);
        CREATE INDEX IF NOT EXISTS tasks_open ON tasks (state, nudged_at);
        CREATE INDEX IF NOT EXISTS tasks_retries ON tasks (retry_of) WHERE retry_of IS NOT NULL;
        CREATE TABLE IF NOT EXISTS chunks (
            task_id TEXT NOT NULL, number INTEGER NOT NULL, open INTEGER NOT NULL, file_key TEXT NOT NULL,
            records INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
            lease TEXT, lease_until INTEGER NOT NULL DEFAULT 0, nudged_at INTEGER NOT NULL,
            PRIMARY KEY (task_id, number)
        ) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS chunks_open ON chunks (nudged_at) WHERE open = 1;
        CREATE TABLE IF NOT EXISTS errors (task_id TEXT NOT NULL, row INTEGER NOT NULL, record_id TEXT, reason TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS errors_of_task ON errors (task_id, row);
        """;

    /// <summary>Columns of tasks that came later. They may be null, so an older release still writes to the same file.</summary>
    private static readonly (string Name, string Type)[] LaterColumns = [("collection_id", "INTEGER")];

    private readonly string _connectionString;
    private readonly Lazy<bool> _ready;

    public LedgerDatabase(string path)
    {
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ToString();
        // A failure is not kept: the disk may have room again the next time.
        _ready = new Lazy<bool>(() => Prepare(path), LazyThreadSafetyMode.PublicationOnly);
    }

    public T Read<T>(Func<LedgerSession, T> read)
    {
        using var connection = Open();
        return read(new LedgerSession(connection, transaction: null));
    }

    public T Write<T>(Func<LedgerSession, T> write)
    {
        using var connection = Open();
        // Immediate: a transaction that first reads and then writes would fail where another writes in between.
        using var transaction = connection.BeginTransaction(deferred: false);
        var result = write(new LedgerSession(connection, transaction));
        transaction.Commit();
        return result;
    }

    private SqliteConnection Open()
    {
        _ = _ready.Value;
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        // What was acknowledged must outlive the machine, not only the process.
        new LedgerSession(connection, transaction: null).Execute("PRAGMA synchronous = FULL");
        return connection;
    }

    private bool Prepare(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var connection = new SqliteConnection(_connectionString);
        connection.Open();
        var session = new LedgerSession(connection, transaction: null);
        session.Execute("PRAGMA journal_mode = WAL");
        var version = session.Scalar<long>("PRAGMA user_version");
        if (version > Version)
        {
            throw new InvalidOperationException(
                $"{path} has schema {version}, newer than the {Version} this release knows; run the release that wrote it.");
        }

        using var transaction = connection.BeginTransaction(deferred: false);
        var upgrade = new LedgerSession(connection, transaction);
        upgrade.Execute(Schema);
        foreach (var (name, type) in LaterColumns)
        {
            if (upgrade.Scalar<long>("SELECT count(*) FROM pragma_table_info('tasks') WHERE name = $name", ("$name", name)) == 0)
            {
                upgrade.Execute($"ALTER TABLE tasks ADD COLUMN {name} {type}");
            }
        }

        upgrade.Execute($"PRAGMA user_version = {Version}");
        transaction.Commit();
        return true;
    }
}
