using Microsoft.Extensions.Logging;
using VectorDb.Core.Records;
using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest;

/// <summary>Writes records of a task into its collection. Those that cannot be written are returned as errors.</summary>
internal sealed partial class RecordWriter(IVectorStore store, ILogger log)
{
    /// <summary>Trying again would help no record that the store refuses for what it is: it is listed and the others are written at once.</summary>
    public async Task<IEnumerable<RecordError>> WriteAsync(
        IngestTask task, List<(long Row, Record Record)> records, CancellationToken cancellationToken)
    {
        try
        {
            await UpsertAsync(task, records, cancellationToken);
            return [];
        }
        catch (InvalidRecordsException exception)
        {
            var refused = exception.Problems.ToDictionary(static problem => problem.Index);
            await UpsertAsync(task, records.Where((_, index) => !refused.ContainsKey(index)), cancellationToken);
            return refused.Values.Select(problem => new RecordError(records[problem.Index].Row, problem.Id, problem.Reason));
        }
    }

    /// <summary>For the last try, on which one poisoned record must not take the others with it.</summary>
    public async Task<IEnumerable<RecordError>> WriteOneByOneAsync(
        IngestTask task, List<(long Row, Record Record)> records, CancellationToken cancellationToken)
    {
        var errors = new List<RecordError>();
        var logged = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (row, record) in records)
        {
            try
            {
                await UpsertAsync(task, [(row, record)], cancellationToken);
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or CollectionNotFoundException))
            {
                errors.Add(new RecordError(row, record.Id, $"The record could not be stored: {FailureReason.Of(exception)}"));
                if (!FailureReason.IsOfInput(exception) && logged.Add(exception.Message))
                {
                    LogRefused(exception, row);
                }
            }
        }

        return errors;
    }

    private Task UpsertAsync(IngestTask task, IEnumerable<(long Row, Record Record)> records, CancellationToken cancellationToken) =>
        store.UpsertAsync(task.Collection, task.CollectionId, [.. records.Select(static item => item.Record)], cancellationToken);

    [LoggerMessage(LogLevel.Error, "The record of row {Row}, and whatever others failed for the same reason, could not be stored on the last attempt")]
    private partial void LogRefused(Exception exception, long row);
}
