using System.Globalization;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest;

/// <summary>Of a file that is read again, only what failed the last time (as 128-bit hashes: 32 bytes a record).</summary>
internal sealed class RetrySelection
{
    private readonly HashSet<UInt128> _failed = [];

    public static async Task<RetrySelection> OfAsync(ITaskLedger tasks, string taskId, CancellationToken cancellationToken)
    {
        var selection = new RetrySelection();
        await foreach (var error in tasks.ErrorsAsync(taskId, cancellationToken))
        {
            selection._failed.Add(Key(error.Row, error.Id));
        }

        return selection;
    }

    public bool Holds(Outcome outcome) => _failed.Contains(outcome switch
    {
        { Record: { } record } => Key(record.Row, record.Id),
        { Error: { } error } => Key(error.Row, error.Id),
        _ => throw new ArgumentException("The outcome is neither a record nor an error.", nameof(outcome)),
    });

    private static UInt128 Key(long row, string? id) => SeenIds.Hash(string.Create(CultureInfo.InvariantCulture, $"{row}\n{id}"));
}
