using System.Text.Json.Serialization;
using VectorDb.Api.Json;
using VectorDb.Core.Tasks;

namespace VectorDb.Api.Tasks;

/// <param name="Total">Records read so far; final from <c>processing_chunks</c> on.</param>
/// <param name="RatePerSecond">Records a second since it started; null before.</param>
/// <param name="EtaSeconds">Until it ends at that rate; null while that cannot be told, 0 when it has ended.</param>
/// <param name="Error">Why the task as a whole failed, or fails as soon as its last record is accounted for.</param>
/// <param name="RetryOf">The task whose failed records this one repeats.</param>
internal sealed record TaskView(
    string TaskId,
    string Collection,
    [property: JsonConverter(typeof(SnakeCase<TaskState>))] TaskState State,
    long Total,
    long Succeeded,
    long Failed,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    double? RatePerSecond,
    double? EtaSeconds,
    string? Error,
    string? RetryOf)
{
    public static TaskView Of(IngestTask task, DateTimeOffset now)
    {
        var settled = task.Succeeded + task.Failed;
        var seconds = task.StartedAt is { } started ? ((task.FinishedAt ?? now) - started).TotalSeconds : 0;
        double? rate = seconds > 0 ? Math.Round(settled / seconds, 1) : null;
        double? eta = task.HasEnded ? 0
            : task.State == TaskState.ProcessingChunks && settled > 0 && seconds > 0 ? Math.Round((task.Total - settled) * seconds / settled, 1)
            : null;
        return new TaskView(
            task.Id, task.Collection, task.State, task.Total, task.Succeeded, task.Failed,
            task.CreatedAt, task.StartedAt, task.FinishedAt, rate, eta, task.Error, task.RetryOf);
    }
}

/// <summary>One line of a task's errors.</summary>
/// <param name="Row">1-based row (line of data) in the file.</param>
/// <param name="Id">The record's id, when it was read.</param>
internal sealed record RecordErrorView(long Row, string? Id, string Reason);
