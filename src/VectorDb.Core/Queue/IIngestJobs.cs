using Hangfire;

namespace VectorDb.Core.Queue;

/// <summary>
/// The jobs of the queue. They carry names only: what is to be done, and whether it still is, stands in the ledger,
/// so that a job may run twice, late or never and nothing is lost or done twice.
/// </summary>
[AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
public interface IIngestJobs
{
    [JobDisplayName("Split {0}")]
    Task SplitAsync(string taskId, CancellationToken cancellationToken);

    [JobDisplayName("Index {0} chunk {1}")]
    Task IndexAsync(string taskId, int chunk, CancellationToken cancellationToken);
}
