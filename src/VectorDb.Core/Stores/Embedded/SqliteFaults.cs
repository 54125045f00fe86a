using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace VectorDb.Core.Stores.Embedded;

/// <summary>SQLite's result codes as what a person can do about them.</summary>
internal static class SqliteFaults
{
    public static StoreException Error(sqlite3 connection, int result, string path) =>
        Error(raw.sqlite3_extended_errcode(connection), raw.sqlite3_errmsg(connection).utf8_to_string(), path, inner: null, result);

    public static StoreException Error(SqliteException exception, string path) =>
        Error(exception.SqliteExtendedErrorCode, exception.Message, path, exception, exception.SqliteErrorCode);

    private static StoreException Error(int extended, string text, string path, Exception? inner, int result)
    {
        var detail = $"(SQLite {extended}: {text})";
        return (result & 0xff) switch
        {
            raw.SQLITE_FULL => new StoreException(
                StoreFault.Full, $"No room for {path}: free some on its disk and send the batch again; nothing of it was written {detail}", inner),
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new StoreException(
                StoreFault.Corrupt, $"{path} is damaged or is no database: stop the processes that use it, put it aside and run Restore {detail}", inner),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new StoreException(
                StoreFault.Busy, $"{path} was held by another writer for too long; send the batch again {detail}", inner),
            _ => new StoreException(StoreFault.Unavailable, $"{path} cannot be used {detail}", inner),
        };
    }
}
