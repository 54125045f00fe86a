using Microsoft.Data.Sqlite;
using VectorDb.Core.Stores.Embedded;

namespace VectorDb.Core.Stores;

/// <summary>Copies a SQLite file to a folder while processes go on reading and writing it, and brings a copy back.</summary>
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
        return Task.Run(() => Replace(target, partial => Copy(database, partial), cancellationToken), cancellationToken);
    }

    /// <summary>Puts a backup in the place of <paramref name="database"/>. Stop the processes that use it first.</summary>
    /// <param name="overwrite">Replace a file that is there; it is lost.</param>
    /// <returns>Its path.</returns>
    /// <exception cref="BackupException">There is no backup, or a file in its place that may not be overwritten or is in use.</exception>
    /// <exception cref="StoreException">The backup is damaged, or there is no room for it.</exception>
    public static Task<string> RestoreAsync(string folder, string database, bool overwrite, CancellationToken cancellationToken)
    {
        var backup = Path.Combine(folder, Path.GetFileName(database));
        Demand(File.Exists(backup), $"There is no backup {backup}.");
        Demand(overwrite || !File.Exists(database), $"{database} exists and would be lost; move it away, or say that it may be overwritten.");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(database))!);
        return Task.Run(
            () =>
            {
                DemandUnused(database);
                return Replace(database, partial => Copy(backup, partial), cancellationToken);
            },
            cancellationToken);
    }

    // The name is taken only by a whole and sound copy: written beside, checked, then renamed.
    private static string Replace(string target, Action<string> write, CancellationToken cancellationToken)
    {
        var partial = $"{target}.{Guid.NewGuid():N}.partial";
        try
        {
            write(partial);
            Check(partial);
            cancellationToken.ThrowIfCancellationRequested();

            // The log of the file that was there must not be replayed into the one that takes its place.
            File.Delete(target + "-wal");
            File.Delete(target + "-shm");
            File.Move(partial, target, overwrite: true);
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

    // A process that has a database open in WAL mode holds a shared lock on it all the time.
    private static void DemandUnused(string database)
    {
        if (!File.Exists(database))
        {
            return;
        }

        try
        {
            using var connection = Open(database);
            foreach (var statement in new[] { "PRAGMA busy_timeout = 0", "PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE", "ROLLBACK" })
            {
                Run(connection, statement);
            }
        }
        catch (SqliteException e) when (SqliteFaults.Error(e, database).Fault == StoreFault.Busy)
        {
            throw new BackupException($"{database} is in use; stop the processes that use it, then restore.");
        }
        catch (SqliteException)
        {
            // Damaged: the very reason to restore.
        }
    }

    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 1 }.ConnectionString);
        connection.Open();
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

/// <summary>A backup or restore that would lose something, or has nothing to work on.</summary>
public sealed class BackupException(string message) : Exception(message);
