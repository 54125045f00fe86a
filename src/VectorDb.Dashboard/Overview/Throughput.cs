using VectorDb.Core.Tasks;

namespace VectorDb.Dashboard.Overview;

/// <summary>Records a second over the last minutes, from the difference between one look at the tasks and the next.</summary>
internal sealed class Throughput
{
    private const int Length = 60;

    private readonly Queue<double> _rates = new();
    private Dictionary<string, long> _done = [];
    private DateTimeOffset? _at;

    /// <summary>Oldest first, at most 60 values.</summary>
    public IReadOnlyList<double> Rates => [.. _rates];

    public void Observe(IReadOnlyList<IngestTask> tasks, DateTimeOffset now)
    {
        var done = tasks.ToDictionary(task => task.Id, task => task.Succeeded + task.Failed);
        if (_at is { } before && now > before)
        {
            // A task seen for the first time may have run for long: only what it does from now on counts.
            var gained = done.Sum(pair => _done.TryGetValue(pair.Key, out var had) ? Math.Max(0, pair.Value - had) : 0);
            _rates.Enqueue(gained / (now - before).TotalSeconds);
            while (_rates.Count > Length)
            {
                _rates.Dequeue();
            }
        }

        _done = done;
        _at = now;
    }
}
