using Microsoft.Data.Sqlite;
using Polly;
using Polly.Retry;
using SQLitePCL;

namespace VectorDb.Core.Stores.Embedded;

/// <summary>One open connection and its prepared statements, for one caller at a time.</summary>
internal sealed class Database : IDisposable
{
    /// <summary>Prepared statements that are kept, so that those of dropped and unused collections go in the end.</summary>
    public const int MostStatements = 256;

    /// <summary>
    /// FULL: in WAL mode a commit is on the disk, not just in the kernel, before it is acknowledged.
    /// Pages of 8 KiB hold a vector of 1,536 floats whole, and keep a batch's scattered writes to the index of ids small.
    /// </summary>
    private const string Settings = """
        PRAGMA page_size = 8192;
        PRAGMA busy_timeout = 10000;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = 4096;
        PRAGMA journal_size_limit = 67108864;
        PRAGMA cache_size = -16384;
        PRAGMA temp_store = MEMORY;
        """;

    // Switching a new file to WAL mode takes an exclusive lock, for which SQLite does not wait while another connection switches it too.
    private static readonly ResiliencePipeline<int> Patience = new ResiliencePipelineBuilder<int>()
        .AddRetry(new RetryStrategyOptions<int>
        {
            ShouldHandle = new PredicateBuilder<int>().HandleResult(raw.SQLITE_BUSY),
            MaxRetryAttempts = 500,
            Delay = TimeSpan.FromMilliseconds(20),
        })
        .Build();

    private readonly string _path;
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    private Database(string path, SqliteConnection connection)
    {
        _path = path;
        _connection = connection;
    }

    public int Statements => _statements.Count;

    /// <summary>Rows that the last INSERT, UPDATE or DELETE changed.</summary>
    public int Changes => raw.sqlite3_changes(Handle);

    private sqlite3 Handle => _connection.Handle ?? throw new ObjectDisposedException(nameof(Database));

    public static Database Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        var database = new Database(path, connection);
        try
        {
            connection.Open();
            database.Check(Patience.Execute(() => raw.sqlite3_exec(database.Handle, Settings)));
            return database;
        }
        catch (SqliteException e)
        {
            database.Dispose();
            throw SqliteFaults.Error(e, path);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>The statement for this text, ready to bind; dispose it to reset it.</summary>
    public Statement Use(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            _statements.Add(sql, statement = new Statement(Handle, _path, sql));
        }

        return statement;
    }

    public void Execute(string script) => Check(raw.sqlite3_exec(Handle, script));

    /// <summary>One consistent view of the file for all that <paramref name="read"/> does.</summary>
    public T Read<T>(Func<Database, T> read) => InTransaction("BEGIN", read);

    /// <summary>All of <paramref name="write"/> durably, or nothing of it.</summary>
    public T Write<T>(Func<Database, T> write) => InTransaction("BEGIN IMMEDIATE", write);

    public void Dispose()
    {
        Forget();
        _connection.Dispose();
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw SqliteFaults.Error(Handle, result, _path);
        }
    }

    private void Forget()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Close();
        }

        _statements.Clear();
    }

    private T InTransaction<T>(string begin, Func<Database, T> work)
    {
        // Between two transactions nobody has one in hand.
        if (_statements.Count > MostStatements)
        {
            Forget();
        }

        Use(begin).Run();
        try
        {
            var result = work(this);
            Use("COMMIT").Run();
            return result;
        }
        catch
        {
            // A full disk has SQLite roll back by itself; a second ROLLBACK would hide the first error.
            if (raw.sqlite3_get_autocommit(Handle) == 0)
            {
                foreach (var statement in _statements.Values)
                {
                    statement.Dispose();
                }

                Execute("ROLLBACK");
            }

            throw;
        }
    }
}
