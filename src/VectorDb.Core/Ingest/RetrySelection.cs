using System.Globalization;
using VectorDb.Core.Ingest.Reading;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest;

/// <summary>
/// Selects from a file that is read again what failed the last time (kept as 128-bit hashes: 32 bytes a record) and, where that task ended
/// early, what it had not read. That task may have been such a retry itself.
/// </summary>
internal sealed class RetrySelection
{
    private readonly List<Reading> _readings = [];

    /// <exception cref="UnreadableFileException">One of the tasks is kept no more: without its errors everything would be indexed once more.</exception>
    public static async Task<RetrySelection> OfAsync(ITaskLedger tasks, string taskId, CancellationToken cancellationToken)
    {
        var selection = new RetrySelection();
        for (string? id = taskId, next; id is not null; id = next)
        {
            var task = await tasks.FindAsync(id, cancellationToken) ?? throw new UnreadableFileException(
                $"Which records are to be repeated is not known any more, as task '{id}' is kept no longer. Upload the file again to index all of it.");
            next = task.RetryOf;
            var reading = new Reading(task.Total);
            await foreach (var error in tasks.ErrorsAsync(id, cancellationToken))
            {
                reading.HasUnknownFailures |= error.IsOfUnknownRow;
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

    /// <param name="total">Outcomes that the earlier task had read.</param>
    private sealed class Reading(long total)
    {
        private long _position;

        public HashSet<UInt128> Failed { get; } = [];

        /// <summary>Which records failed is not known of all of them, so all are repeated: those that are indexed cost no call.</summary>
        public bool HasUnknownFailures { get; set; }

        public bool Leaves(UInt128 key) => ++_position > total || HasUnknownFailures || Failed.Contains(key);
    }
}
