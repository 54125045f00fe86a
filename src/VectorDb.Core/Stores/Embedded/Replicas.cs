using System.Collections.Concurrent;

namespace VectorDb.Core.Stores.Embedded;

/// <summary>The collections that this process has in memory, and the loop that follows the writes of other processes.</summary>
internal sealed class Replicas : IAsyncDisposable
{
    private readonly string _path;
    private readonly Readers _readers;
    private readonly TimeSpan _pollInterval;
    private readonly ConcurrentDictionary<string, Lazy<Task<Replica>>> _loaded = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _nudge = new(0, 1);
    private readonly Lazy<Task> _polling;

    public Replicas(string path, Readers readers, TimeSpan pollInterval)
    {
        _path = path;
        _readers = readers;
        _pollInterval = pollInterval;
        _polling = new Lazy<Task>(() => Task.Run(PollAsync));
    }

    /// <summary>The replica, loaded when this is the first to ask.</summary>
    /// <exception cref="Stores.CollectionNotFoundException">There is no such collection.</exception>
    public async Task<Replica> GetAsync(string collection, CancellationToken cancellationToken)
    {
        _ = _polling.Value;
        var loading = _loaded.GetOrAdd(collection, name => new Lazy<Task<Replica>>(() => Task.Run(() => LoadAsync(name))));
        try
        {
            return await loading.Value.WaitAsync(cancellationToken);
        }
        catch when (loading.Value.IsFaulted)
        {
            _loaded.TryRemove(KeyValuePair.Create(collection, loading));
            throw;
        }
    }

    /// <summary>Brings it up to the file, and gives the one that now has the name.</summary>
    public async Task<Replica> RefreshAsync(string collection, CancellationToken cancellationToken)
    {
        await UpdateAsync(collection);
        return await GetAsync(collection, cancellationToken);
    }

    /// <summary>Brings it up to the file when it is loaded.</summary>
    public async Task UpdateAsync(string collection)
    {
        if (_loaded.TryGetValue(collection, out var loading))
        {
            await UpdateAsync(collection, loading);
        }
    }

    public void Nudge()
    {
        try
        {
            _nudge.Release();
        }
        catch (SemaphoreFullException)
        {
            // Nudged already.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_polling.IsValueCreated)
        {
            await _polling.Value;
        }

        _stopping.Dispose();
        _nudge.Dispose();
    }

    private async Task<Replica> LoadAsync(string collection)
    {
        var replica = new Replica(_readers.Read(database => Catalog.Get(database, collection)));
        await replica.UpdateAsync(_readers, _stopping.Token);
        return replica;
    }

    private async Task UpdateAsync(string collection, Lazy<Task<Replica>> loading)
    {
        var replica = await loading.Value;
        await replica.UpdateAsync(_readers, _stopping.Token);
        if (!replica.Exists)
        {
            _loaded.TryRemove(KeyValuePair.Create(collection, loading));
        }
    }

    // PRAGMA data_version is a read of shared memory: it changes when any other connection has committed.
    private async Task PollAsync()
    {
        Database? database = null;
        long? version = null;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                database ??= Database.Open(_path);
                if (Version(database) is var now && now != version)
                {
                    foreach (var (collection, loading) in _loaded)
                    {
                        await UpdateAsync(collection, loading);
                    }

                    version = now;
                }

                await _nudge.WaitAsync(_pollInterval, _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (Exception)
            {
                // The file may be away for a moment; searches and writes say so to their callers. Start afresh at the next poll.
                database?.Dispose();
                (database, version) = (null, null);
                await Task.Delay(_pollInterval, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        database?.Dispose();
    }

    private static long Version(Database database)
    {
        using var version = database.Use("PRAGMA data_version");
        version.Step();
        return version.Int64(0);
    }
}
