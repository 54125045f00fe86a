using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2.Model;
using VectorDb.Core.Stores;
using static VectorDb.Core.Tasks.Dynamo.DynamoItems;
using static VectorDb.Core.Tasks.Dynamo.DynamoTable;

namespace VectorDb.Core.Tasks.Dynamo;

/// <summary>The book of tasks in a DynamoDB table.</summary>
internal sealed class DynamoTaskLedger(DynamoTable table, TimeProvider time) : ITaskLedger
{
    /// <summary>Sorts after every cursor.</summary>
    private const string Newest = "~";

    /// <summary>Characters. A sort key has 1,024 bytes at most, and a character 4.</summary>
    private const int LongestKey = 256;

    /// <summary>State is pending, processing or processing_chunks.</summary>
    public const string IsOpen = "#state <= :lastOpen";

    public static AttributeValue LastOpen { get; } = Number((int)TaskState.ProcessingChunks);

    public async Task<IngestTask> CreateAsync(NewTask task, CancellationToken cancellationToken)
    {
        string? holder;
        do
        {
            holder = await KeyHolderAsync(task, cancellationToken);
            if (holder is not null && await FindAsync(holder, cancellationToken) is { } earlier)
            {
                return task.Repeats(earlier) ? earlier : throw new IdempotencyConflictException(task.IdempotencyKey!);
            }
        }
        while (!await InsertAsync(task, retryOf: null, cancellationToken, TakenKey(task, holder)));

        // It is booked: from here on a cancellation must not make it look as if it were not.
        return (await FindAsync(task.Id, CancellationToken.None))!;
    }

    public async Task<IngestTask?> FindAsync(string taskId, CancellationToken cancellationToken) =>
        IsKey(taskId) && await table.GetAsync(TaskPk(taskId), TaskSk, cancellationToken) is { } item ? Task(item) : null;

    public async Task<Page<IngestTask>> ListAsync(int limit, string? cursor, string? collection, CancellationToken cancellationToken)
    {
        if (cursor is not null && !(cursor.Contains('#', StringComparison.Ordinal) && IsKey(cursor)))
        {
            throw new FormatException($"'{cursor}' is not a cursor of the task list.");
        }

        // The tasks of one collection may be few among many: large pages find them faster.
        int? pageSize = collection is null ? limit + 1 : null;
        var items = await table.QueryIndexAsync(AllTasks, cursor ?? Newest, descending: true, pageSize, cancellationToken)
            .Where(item => collection is null || Text(item, "collection") == collection)
            .Take(limit + 1)
            .Select(Task)
            .ToListAsync(cancellationToken);
        if (items.Count <= limit)
        {
            return new Page<IngestTask>(items, NextCursor: null);
        }

        items.RemoveAt(limit);
        return new Page<IngestTask>(items, ListSk(items[^1].CreatedAt, items[^1].Id));
    }

    public async IAsyncEnumerable<RecordError> ErrorsAsync(string taskId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in table.QueryAsync(ErrorsPk(taskId), prefix: null, cancellationToken))
        {
            foreach (var error in Errors(item))
            {
                yield return error;
            }
        }
    }

    public async Task<bool> CancelAsync(string taskId, CancellationToken cancellationToken)
    {
        var cancelled = await table.TransactAsync(
            [
                table.Update(new Change(
                    TaskPk(taskId), TaskSk, "SET #state = :cancelled, finished_at = :now REMOVE #lease", IsOpen,
                    new() { [":cancelled"] = Number((int)TaskState.Cancelled), [":now"] = Now(), [":lastOpen"] = LastOpen })),
            ],
            cancellationToken);
        // With open chunks it stays among the open tasks: their records are still to be listed.
        if (cancelled && await table.GetAsync(TaskPk(taskId), TaskSk, cancellationToken) is { } item && Long(item, "open_chunks") == 0)
        {
            await table.TransactAsync([table.Delete(Open, taskId)], cancellationToken);
        }

        return cancelled;
    }

    public async Task<IngestTask?> RetryAsync(string taskId, CancellationToken cancellationToken)
    {
        while (await table.GetAsync(TaskPk(taskId), TaskSk, cancellationToken) is { } item && Task(item) is { CanBeRetried: true } ended)
        {
            if (Long(item, "open_chunks") > 0)
            {
                // Stopped by a release that forgot such a task: now its records are listed, and then it can be tried again.
                await table.TransactAsync([table.Put(new() { ["pk"] = new(Open), ["sk"] = new(taskId) })], cancellationToken);
                return null;
            }

            var earlier = Text(item, "retry");
            if (earlier is not null && await FindAsync(earlier, cancellationToken) is { HasEnded: false } open)
            {
                return open;
            }

            var again = ended.Again(TaskIds.New(time));
            if (await InsertAsync(again, taskId, cancellationToken, Retried(taskId, again.Id, earlier)))
            {
                return await FindAsync(again.Id, CancellationToken.None);
            }
        }

        return null;
    }

    // The table fails on a longer key, where the answer is that there is no such task.
    private static bool IsKey(string text) => text.Length <= LongestKey;

    /// <summary>Notes the retry with the task, unless another has been noted in the meantime.</summary>
    private static Change Retried(string taskId, string retry, string? earlier)
    {
        var values = new Dictionary<string, AttributeValue> { [":retry"] = new(retry) };
        if (earlier is not null)
        {
            values[":earlier"] = new(earlier);
        }

        return new Change(TaskPk(taskId), TaskSk, "SET retry = :retry", earlier is null ? "attribute_exists(pk) AND attribute_not_exists(retry)" : "retry = :earlier", values);
    }

    private AttributeValue Now() => Number(time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <returns>The task that was made with the idempotency key, whether it is still there or was forgotten; null for none.</returns>
    private async Task<string?> KeyHolderAsync(NewTask task, CancellationToken cancellationToken) =>
        task.ScopedKey is { } key && await table.GetAsync(KeyPk(task.Collection, key), KeySk, cancellationToken) is { } item ? Text(item, "task_id") : null;

    /// <summary>Gives the task its idempotency key, unless that has gone to another in the meantime.</summary>
    /// <param name="holder">A task that is forgotten and had it before; null for none.</param>
    private static Change[] TakenKey(NewTask task, string? holder)
    {
        if (task.ScopedKey is not { } key)
        {
            return [];
        }

        var values = new Dictionary<string, AttributeValue> { [":task"] = new(task.Id), [":hash"] = new(task.ContentHash) };
        if (holder is not null)
        {
            values[":holder"] = new(holder);
        }

        return
        [
            new Change(
                KeyPk(task.Collection, key), KeySk, "SET task_id = :task, content_hash = :hash", holder is null ? "attribute_not_exists(pk)" : "task_id = :holder", values),
        ];
    }

    /// <param name="others">Changes that go with it.</param>
    /// <returns>False when one of those was in vain.</returns>
    private Task<bool> InsertAsync(NewTask task, string? retryOf, CancellationToken cancellationToken, params Change[] others)
    {
        List<TransactWriteItem> items =
        [
            table.Put(NewTask(task, retryOf, time.GetUtcNow()), mustBeNew: true),
            table.Put(new() { ["pk"] = new(Open), ["sk"] = new(task.Id) }),
            table.Put(new() { ["pk"] = new(FilePk(task.FileKey)), ["sk"] = new(task.Id) }),
        ];
        items.AddRange(others.Select(table.Update));
        return table.TransactAsync(items, cancellationToken);
    }
}
