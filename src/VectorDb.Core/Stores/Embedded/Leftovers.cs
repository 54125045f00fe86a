using System.Globalization;
using Microsoft.Extensions.Logging;

namespace VectorDb.Core.Stores.Embedded;

/// <summary>
/// The tables of collections that are not in the catalogue any more. SQLite visits every page of a table that it drops: of gigabytes that
/// takes long, and nobody else may write meanwhile. So the rows go first, a few at a time, in the background; what a process leaves that
/// ends before is seen to by the next that starts or drops a collection. No release reads such a table, as no id is used again.
/// </summary>
/// <param name="write">Runs one write transaction.</param>
internal sealed partial class Leftovers(Readers readers, Func<Func<Database, bool>, CancellationToken, Task<bool>> write, ILogger log) : IAsyncDisposable
{
    // A row may have more than a megabyte.
    private const int RowsAtOnce = 250;

    // Other processes look for the lock every now and then, so it must be free for a good part of the time.
    private static readonly TimeSpan BetweenWrites = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private Task _removing = Task.CompletedTask;

    /// <summary>Begins to remove those there are now, after any that are being removed.</summary>
    public void Remove()
    {
        lock (_lock)
        {
            _removing = RemoveAsync(_removing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _removing;
        _stopping.Dispose();
    }

    private async Task RemoveAsync(Task before)
    {
        await before;
        await Task.Yield();
        try
        {
            while (readers.Read(Next) is { } collection)
            {
                while (await write(database => RemoveSome(database, collection), _stopping.Token))
                {
                    await Task.Delay(BetweenWrites, _stopping.Token);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The next process goes on.
        }
        catch (Exception exception)
        {
            LogLeft(exception);
        }
    }

    private static long? Next(Database database)
    {
        using var next = database.Use("""
            SELECT CAST(substr(name, 9) AS INTEGER) AS collection FROM sqlite_master
            WHERE type = 'table' AND name GLOB 'records_[0-9]*' AND collection NOT IN (SELECT id FROM collections) LIMIT 1
            """);
        return next.Step() ? next.Int64(0) : null;
    }

    /// <returns>Whether there is more of it.</returns>
    private static bool RemoveSome(Database database, long collection)
    {
        var table = string.Create(CultureInfo.InvariantCulture, $"records_{collection}");
        using (var find = database.Use("SELECT 1 FROM sqlite_master WHERE name = ?1").Bind(1, table))
        {
            if (!find.Step())
            {
                // Another process was faster.
                return false;
            }
        }

        using var delete = database.Use($"DELETE FROM {table} WHERE seq IN (SELECT seq FROM {table} ORDER BY seq LIMIT ?1)").Bind(1, RowsAtOnce);
        delete.Run();
        if (database.Changes == RowsAtOnce)
        {
            return true;
        }

        Schema.DropTables(database, collection);
        return false;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The room of a collection that was deleted could not be freed; the next start or deletion tries again")]
    private partial void LogLeft(Exception exception);
}
