using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace VectorDb.Core.Stores.Embedded;

/// <summary>
/// Connections for reading: as many as there are readers at once. So many are kept open, with their prepared statements and their pages, as
/// can be busy most of the time; those of a rush are closed after it.
/// </summary>
internal sealed class Readers(string path) : IDisposable
{
    public static readonly int MostIdle = 2 * Environment.ProcessorCount;

    private readonly ConcurrentBag<Database> _idle = [];
    private int _kept;
    private bool _closed;

    public int Idle => _idle.Count;

    /// <summary>One consistent view of the file for all that <paramref name="read"/> does.</summary>
    public T Read<T>(Func<Database, T> read)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed), this);
        var database = TryTake(out var idle) ? idle : Database.Open(path);
        var isSound = true;
        try
        {
            return database.Read(read);
        }
        catch (StoreException)
        {
            // After an error of its own a connection is not used again: what state it is in is not worth knowing.
            isSound = false;
            throw;
        }
        finally
        {
            if (isSound)
            {
                Keep(database);
            }
            else
            {
                database.Dispose();
            }

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

    private bool TryTake([NotNullWhen(true)] out Database? database)
    {
        if (!_idle.TryTake(out database))
        {
            return false;
        }

        Interlocked.Decrement(ref _kept);
        return true;
    }

    private void Keep(Database database)
    {
        if (Interlocked.Increment(ref _kept) <= MostIdle)
        {
            _idle.Add(database);
            return;
        }

        Interlocked.Decrement(ref _kept);
        database.Dispose();
    }

    private void Drain()
    {
        while (TryTake(out var database))
        {
            database.Dispose();
        }
    }
}
