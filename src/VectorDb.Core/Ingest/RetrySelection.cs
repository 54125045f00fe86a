using System.Globalization;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest;

/// <summary>
/// Of a file that is read again, only what failed the last time (as 128-bit hashes: 32 bytes a record) and, where the last time ended
/// early, what it did not come to. The last time may have been such a selection itself.
/// </summary>
internal sealed class RetrySelection
{
    private readonly List<Reading> _readings = [];

    public static async Task<RetrySelection> OfAsync(ITaskLedger tasks, string taskId, CancellationToken cancellationToken)
    {
        var selection = new RetrySelection();
        for (var id = taskId; id is not null && await tasks.FindAsync(id, cancellationToken) is { } task; id = task.RetryOf)
        {
            var reading = new Reading(task.Total);
            await foreach (var error in tasks.ErrorsAsync(id, cancellationToken))
            {
                reading.Failed.Add(Key(error.Row, error.Id));
            }

            selection._readings.Insert(0, reading);
        }

        return selection;
    }

    /// <summary>To be asked of every outcome of the file, in order.</summary>
    public bool Holds(Outcome outcome)
    {
        var key = outcome switch
        {
            { Record: { } record } => Key(record.Row, record.Id),
            { Error: { } error } => Key(error.Row, error.Id),
            _ => throw new ArgumentException("The outcome is neither a record nor an error.", nameof(outcome)),
        };
        return _readings.TrueForAll(reading => reading.Leaves(key));
    }

    private static UInt128 Key(long row, string? id) => SeenIds.Hash(string.Create(CultureInfo.InvariantCulture, $"{row}\n{id}"));

    /// <param name="total">How far it came.</param>
    private sealed class Reading(long total)
    {
        private long _position;

        public HashSet<UInt128> Failed { get; } = [];

        public bool Leaves(UInt128 key) => ++_position > total || Failed.Contains(key);
    }
}
