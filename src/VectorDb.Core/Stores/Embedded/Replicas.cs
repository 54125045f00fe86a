using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace VectorDb.Core.Stores.Embedded;

/// <summary>The collections that this process has in memory, and the loop that follows the writes of other processes.</summary>
internal sealed partial class Replicas : IAsyncDisposable
{
    // One that cannot be brought up to date may have to be read from its beginning: not at every poll.
    private const int PollsUntilRetry = 40;

    private readonly string _path;
    private readonly Readers _readers;
    private readonly TimeSpan _pollInterval;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<string, Loading> _loaded = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lazy<Task> _polling;

    // Polls that each one that failed still waits; of the polling loop alone.
    private readonly Dictionary<string, int> _waiting = new(StringComparer.Ordinal);

    public Replicas(string path, Readers readers, TimeSpan pollInterval, ILogger log)
    {
        _path = path;
        _readers = readers;
        _pollInterval = pollInterval;
        _log = log;
        _polling = new Lazy<Task>(() => Task.Run(PollAsync));
    }

    /// <summary>The replica, loaded when this is the first to ask.</summary>
    /// <exception cref="Stores.CollectionNotFoundException">There is no such collection.</exception>
    public async Task<Replica> GetAsync(string collection, CancellationToken cancellationToken)
    {
        _ = _polling.Value;
        return await _loaded.GetOrAdd(collection, name => new Loading(loading => LoadAsync(name, loading))).Replica.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Loads it before anyone asks. What fails is left to its first search, which tries again and says so: one collection must not hold up the
    /// start of a process that serves all the others.
    /// </summary>
    public async Task WarmAsync(string collection, CancellationToken cancellationToken)
    {
        try
        {
            await GetAsync(collection, cancellationToken);
        }
        catch (CollectionNotFoundException)
        {
            // Another process has dropped it since it was listed.
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnread(exception, collection);
        }
    }

    /// <summary>Brings it up to the file, and gives the one that now has the name.</summary>
    public async Task<Replica> RefreshAsync(string collection, CancellationToken cancellationToken)
    {
        await UpdateAsync(collection);
        return await GetAsync(collection, cancellationToken);
    }

    /// <summary>
    /// Brings it up to a write that is committed, when it is loaded. If that fails the write stands all the same, and a later poll shows
    /// it; nor may the caller's cancellation make it look undone.
    /// </summary>
    public async Task FollowAsync(string collection)
    {
        try
        {
            await UpdateAsync(collection);
        }
        catch (Exception exception)
        {
            LogBehind(exception, collection);
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
    }

    // Whoever asked for it may be gone by the time that it fails, and the next one to ask starts afresh.
    private async Task<Replica> LoadAsync(string collection, Loading loading)
    {
        try
        {
            var replica = new Replica(_readers.Read(database => Catalog.Get(database, collection)));
            await replica.UpdateAsync(_readers, _stopping.Token);
            LogRead(collection, replica.Index.Current.Sequence);
            loading.Read = replica;
            await replica.UpdateAsync(_readers, _stopping.Token);
            return replica;
        }
        catch
        {
            _loaded.TryRemove(KeyValuePair.Create(collection, loading));
            throw;
        }
    }

    private async Task UpdateAsync(string collection)
    {
        if (_loaded.TryGetValue(collection, out var loading))
        {
            await UpdateAsync(collection, loading);
        }
    }

    // Nobody waits for one that is still being read, which may take long.
    private async Task UpdateAsync(string collection, Loading loading)
    {
        if (loading.Read is not { } replica)
        {
            return;
        }

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
                    var areAllUpToDate = true;
                    foreach (var (collection, loading) in _loaded)
                    {
                        areAllUpToDate &= await TryUpdateAsync(collection, loading);
                    }

                    version = areAllUpToDate ? now : null;
                }
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
            }

            await Task.Delay(_pollInterval, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        database?.Dispose();
    }

    private async Task<bool> TryUpdateAsync(string collection, Loading loading)
    {
        if (_waiting.TryGetValue(collection, out var polls) && polls > 0)
        {
            _waiting[collection] = polls - 1;
            return false;
        }

        try
        {
            await UpdateAsync(collection, loading);
            _waiting.Remove(collection);
            return true;
        }
        catch (Exception) when (loading.Replica.IsFaulted)
        {
            // It is not there any more, and who asked for it was told.
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            if (_waiting.TryAdd(collection, PollsUntilRetry))
            {
                LogBehind(exception, collection);
            }

            _waiting[collection] = PollsUntilRetry;
            return false;
        }
    }

    private static long Version(Database database)
    {
        using var version = database.Use("PRAGMA data_version");
        version.Step();
        return version.Int64(0);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Searches of {Collection} do not show its latest records: they could not be read; this is tried again")]
    private partial void LogBehind(Exception exception, string collection);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Collection} could not be read into memory; its first search tries again")]
    private partial void LogUnread(Exception exception, string collection);

    [LoggerMessage(Level = LogLevel.Information, Message = "Read {Collection} into memory, up to its change {Sequence}")]
    private partial void LogRead(string collection, long sequence);

    /// <summary>A collection on its way into memory, and from then on.</summary>
    private sealed class Loading
    {
        private readonly Lazy<Task<Replica>> _replica;
        private Replica? _read;

        public Loading(Func<Loading, Task<Replica>> load) => _replica = new Lazy<Task<Replica>>(() => Task.Run(() => load(this)));

        /// <summary>For searches: with all that is committed by the time that it completes.</summary>
        public Task<Replica> Replica => _replica.Value;

        /// <summary>
        /// For writes: null while it is read. Its loader looks at the file once more after it has set this, so that a write committed
        /// before need not be followed, and any later one finds it here.
        /// </summary>
        public Replica? Read
        {
            get => Volatile.Read(ref _read);
            set => Interlocked.Exchange(ref _read, value);
        }
    }
}
