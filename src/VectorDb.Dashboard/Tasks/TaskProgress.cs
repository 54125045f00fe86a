using VectorDb.Core.Tasks;

namespace VectorDb.Dashboard.Tasks;

/// <summary>How far a task has come, and when it will be done.</summary>
/// <param name="Done">Records with an outcome, succeeded or failed.</param>
/// <param name="RatePerSecond">Records a second since it started; null before it has done any.</param>
/// <param name="Remaining">Null while the total is still growing or nothing is known of the rate.</param>
public sealed record TaskProgress(long Done, double? RatePerSecond, TimeSpan? Remaining)
{
    public static TaskProgress Of(IngestTask task, DateTimeOffset now)
    {
        var done = task.Succeeded + task.Failed;
        var elapsed = task.StartedAt is { } start ? (task.FinishedAt ?? now) - start : TimeSpan.Zero;
        if (done == 0 || elapsed <= TimeSpan.Zero)
        {
            return new TaskProgress(done, null, null);
        }

        var rate = done / elapsed.TotalSeconds;
        var totalIsFinal = task.State is TaskState.ProcessingChunks;
        return new TaskProgress(done, rate, totalIsFinal ? TimeSpan.FromSeconds(Math.Max(0, task.Total - done) / rate) : null);
    }
}
