using Microsoft.Data.Sqlite;
using VectorDb.Core.Stores.Embedded;

namespace VectorDb.Core.Stores;

/// <summary>Copies a SQLite file to a folder while processes go on reading and writing it.</summary>
public static class SqliteBackup
{
    /// <summary>A consistent copy of what is committed now, checked, under the file's own name in <paramref name="folder"/>.</summary>
    /// <returns>Its path.</returns>
    /// <exception cref="BackupException">There is nothing to copy, or the folder has a copy already.</exception>
    /// <exception cref="StoreException">The file is damaged, or there is no room for the copy.</exception>
    public static Task<string> CreateAsync(string database, string folder, CancellationToken cancellationToken)
    {
        var target = Path.Combine(folder, Path.GetFileName(database));
        Demand(File.Exists(database), $"There is no {database} to back up.");
        Demand(!File.Exists(target), $"{target} exists; give each backup a folder of its own.");
        Directory.CreateDirectory(folder);
        return Task.Run(() => Create(database, target, cancellationToken), cancellationToken);
    }

    // The name is taken only by a whole and sound copy: written beside, checked, then renamed.
    private static string Create(string database, string target, CancellationToken cancellationToken)
    {
        var partial = $"{target}.{Guid.NewGuid():N}.partial";
        try
        {
            Copy(database, partial);
            Check(partial);
            cancellationToken.ThrowIfCancellationRequested();
            File.Move(partial, target);
            return target;
        }
        catch (SqliteException e)
        {
            throw SqliteFaults.Error(e, target);
        }
        finally
        {
            File.Delete(partial);
            File.Delete(partial + "-wal");
            File.Delete(partial + "-shm");
        }
    }

    private static void Copy(string from, string to)
    {
        using var source = Open(from);
        using var target = Open(to);
        source.BackupDatabase(target);
        // Otherwise the copy might lie half in a log of its own when it is renamed.
        Run(target, "PRAGMA journal_mode = DELETE");
    }

    private static void Check(string file)
    {
        using var connection = Open(file);
        if (Run(connection, "PRAGMA quick_check") is not "ok" and var damage)
        {
            throw new StoreException(StoreFault.Corrupt, $"{file} is damaged: {damage}");
        }
    }

    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 1 }.ConnectionString);
        connection.Open();
        // The copy is one step of SQLite's own, which asks this handler alone whether to wait for another process.
        Run(connection, "PRAGMA busy_timeout = 10000");
        return connection;
    }

    private static object? Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static void Demand(bool condition, string message)
    {
        if (!condition)
        {
            throw new BackupException(message);
        }
    }
}

/// <summary>A backup that would lose something, or has nothing to work on.</summary>
public sealed class BackupException(string message) : Exception(message);
