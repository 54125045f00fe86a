using System.Collections.Concurrent;

namespace VectorDb.Core.Stores.Embedded;

/// <summary>Connections for reading: as many as there are readers at once, each kept open with its prepared statements.</summary>
internal sealed class Readers(string path) : IDisposable
{
    private readonly ConcurrentBag<Database> _idle = [];
    private bool _closed;

    /// <summary>One consistent view of the file for all that <paramref name="read"/> does.</summary>
    public T Read<T>(Func<Database, T> read)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed), this);
        var database = _idle.TryTake(out var idle) ? idle : Database.Open(path);
        try
        {
            var result = database.Read(read);
            _idle.Add(database);
            database = null;
            return result;
        }
        finally
        {
            // After an error a connection is not used again: what state it is in is not worth knowing.
            database?.Dispose();
            if (Volatile.Read(ref _closed))
            {
                Drain();
            }
        }
    }

    public void Dispose()
    {
        Volatile.Write(ref _closed, value: true);
        Drain();
    }

    private void Drain()
    {
        while (_idle.TryTake(out var database))
        {
            database.Dispose();
        }
    }
}
