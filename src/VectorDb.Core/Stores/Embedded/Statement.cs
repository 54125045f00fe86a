using System.Runtime.InteropServices;
using System.Text;
using SQLitePCL;

namespace VectorDb.Core.Stores.Embedded;

/// <summary>
/// A prepared statement, kept by its <see cref="Database"/> for the next use; disposing only resets it. Straight on SQLite's own calls:
/// vectors go in and out as spans, with no array for each row as ADO.NET would make.
/// </summary>
internal sealed class Statement(sqlite3 connection, string path, string sql) : IDisposable
{
    private readonly sqlite3_stmt _handle = Prepare(connection, path, sql);

    public Statement Bind(int index, long value) => Checked(raw.sqlite3_bind_int64(_handle, index, value));

    public Statement Bind(int index, string? value) => Checked(
        value is null ? raw.sqlite3_bind_null(_handle, index) : raw.sqlite3_bind_text(_handle, index, Encoding.UTF8.GetBytes(value).AsSpan()));

    public Statement Bind(int index, ReadOnlySpan<float> vector) =>
        Checked(raw.sqlite3_bind_blob(_handle, index, MemoryMarshal.AsBytes(vector)));

    /// <returns>False when there are no more rows.</returns>
    public bool Step()
    {
        var result = raw.sqlite3_step(_handle);
        return result switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw SqliteFaults.Error(connection, result, path),
        };
    }

    /// <summary>Runs it to its end, ready to be bound again.</summary>
    public void Run()
    {
        while (Step())
        {
        }

        Dispose();
    }

    public long Int64(int column) => raw.sqlite3_column_int64(_handle, column);

    public string? Text(int column) =>
        raw.sqlite3_column_type(_handle, column) == raw.SQLITE_NULL ? null : Encoding.UTF8.GetString(Bytes(column));

    /// <summary>Text or blob, valid until the next step; empty for null.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_handle, column);

    public ReadOnlySpan<float> Vector(int column) => MemoryMarshal.Cast<byte, float>(Bytes(column));

    public void Dispose() => raw.sqlite3_reset(_handle);

    public void Close() => _handle.Dispose();

    private static sqlite3_stmt Prepare(sqlite3 connection, string path, string sql)
    {
        var result = raw.sqlite3_prepare_v3(connection, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle);
        return result == raw.SQLITE_OK ? handle : throw SqliteFaults.Error(connection, result, path);
    }

    private Statement Checked(int result) => result == raw.SQLITE_OK ? this : throw SqliteFaults.Error(connection, result, path);
}
