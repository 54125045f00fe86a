using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;
using VectorDb.Dashboard.Queue;

namespace VectorDb.Dashboard.Overview;

/// <param name="Error">Why the tasks could not be read; null when they could.</param>
public sealed record OverviewSnapshot(
    Page<IngestTask> Tasks, QueueStatus Queue, IReadOnlyList<double> Rates, DateTimeOffset At, string? Error);

/// <summary>Reads ledger and queue at most once a second, however many people watch.</summary>
internal sealed class OverviewReader(ITaskLedger ledger, IQueueMonitor queue, TimeProvider time) : IDisposable
{
    public const int PageSize = 50;

    private static readonly TimeSpan MaximumAge = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Throughput _throughput = new();
    private OverviewSnapshot? _newest;

    /// <param name="cursor">A later page; null for the newest tasks.</param>
    /// <param name="collection">Only tasks of this collection; null for all.</param>
    public async Task<OverviewSnapshot> ReadAsync(string? cursor, string? collection, CancellationToken cancellationToken)
    {
        var newest = await ReadNewestAsync(cancellationToken);
        if (cursor is null && collection is null || newest.Error is not null)
        {
            return newest;
        }

        try
        {
            return newest with { Tasks = await ListAsync(cursor, collection, cancellationToken) };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return newest with { Tasks = new Page<IngestTask>([], null), Error = e.Message };
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<Page<IngestTask>> ListAsync(string? cursor, string? collection, CancellationToken cancellationToken)
    {
        try
        {
            return await ledger.ListAsync(PageSize, cursor, collection, cancellationToken);
        }
        catch (FormatException) when (cursor is not null)
        {
            // Cut short or from another ledger: whoever followed the link wants to see tasks.
            return await ledger.ListAsync(PageSize, cursor: null, collection, cancellationToken);
        }
    }

    private async Task<OverviewSnapshot> ReadNewestAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            if (_newest is null || now - _newest.At >= MaximumAge)
            {
                _newest = await AskAsync(now, cancellationToken);
            }

            return _newest;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<OverviewSnapshot> AskAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var status = queue.ReadAsync(cancellationToken);
        try
        {
            var tasks = await ledger.ListAsync(PageSize, cursor: null, collection: null, cancellationToken);
            _throughput.Observe(tasks.Items, now);
            return new OverviewSnapshot(tasks, await status, _throughput.Rates, now, Error: null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new OverviewSnapshot(new Page<IngestTask>([], null), await status, _throughput.Rates, now, e.Message);
        }
    }
}
