using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;

namespace VectorDb.Dashboard.Tasks;

/// <summary>A ledger without tasks.</summary>
internal sealed class EmptyLedger : ITaskLedger
{
    public Task<IngestTask> CreateAsync(NewTask task, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IngestTask?> FindAsync(string taskId, CancellationToken cancellationToken) => Task.FromResult<IngestTask?>(null);

    public Task<Page<IngestTask>> ListAsync(int limit, string? cursor, string? collection, CancellationToken cancellationToken) =>
        Task.FromResult(new Page<IngestTask>([], null));

    public IAsyncEnumerable<RecordError> ErrorsAsync(string taskId, CancellationToken cancellationToken) => AsyncEnumerable.Empty<RecordError>();

    public Task<bool> CancelAsync(string taskId, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task<IngestTask?> RetryAsync(string taskId, CancellationToken cancellationToken) => Task.FromResult<IngestTask?>(null);
}
