using VectorDb.Core.Records;
using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest;

/// <summary>Writes records of a task into its collection. Those that cannot be written are returned as errors.</summary>
internal sealed class RecordWriter(IVectorStore store)
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
        foreach (var (row, record) in records)
        {
            try
            {
                await UpsertAsync(task, [(row, record)], cancellationToken);
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or CollectionNotFoundException))
            {
                errors.Add(new RecordError(row, record.Id, $"The store refused the record: {exception.Message}"));
            }
        }

        return errors;
    }

    private Task UpsertAsync(IngestTask task, IEnumerable<(long Row, Record Record)> records, CancellationToken cancellationToken) =>
        store.UpsertAsync(task.Collection, task.CollectionId, [.. records.Select(static item => item.Record)], cancellationToken);
}
