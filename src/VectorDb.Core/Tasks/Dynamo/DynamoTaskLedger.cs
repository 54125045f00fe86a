using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2.Model;
using VectorDb.Core.Stores;
using static VectorDb.Core.Tasks.Dynamo.DynamoItems;
using static VectorDb.Core.Tasks.Dynamo.DynamoTable;

namespace VectorDb.Core.Tasks.Dynamo;

/// <summary>The book of tasks in a DynamoDB table.</summary>
internal sealed class DynamoTaskLedger(DynamoTable table, TimeProvider time) : ITaskLedger
{
    /// <summary>Behind every cursor there can be.</summary>
    private const string Newest = "~";

    /// <summary>State is pending, processing or processing_chunks.</summary>
    public const string IsOpen = "#state <= :lastOpen";

    public static AttributeValue LastOpen { get; } = Number((int)TaskState.ProcessingChunks);

    public async Task<IngestTask> CreateAsync(NewTask task, CancellationToken cancellationToken)
    {
        while (await EarlierAsync(task, cancellationToken) is var earlier)
        {
            if (earlier is not null)
            {
                return earlier;
            }

            if (await InsertAsync(task, retryOf: null, cancellationToken))
            {
                break;
            }
        }

        return (await FindAsync(task.Id, cancellationToken))!;
    }

    public async Task<IngestTask?> FindAsync(string taskId, CancellationToken cancellationToken) =>
        await table.GetAsync(TaskPk(taskId), TaskSk, cancellationToken) is { } item ? Task(item) : null;

    public async Task<Page<IngestTask>> ListAsync(int limit, string? cursor, string? collection, CancellationToken cancellationToken)
    {
        if (cursor?.Contains('#', StringComparison.Ordinal) == false)
        {
            throw new FormatException($"'{cursor}' is not a cursor of the task list.");
        }

        var items = await table.QueryIndexAsync(AllTasks, cursor ?? Newest, descending: true, cancellationToken)
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
        if (await table.GetAsync(TaskPk(taskId), TaskSk, cancellationToken) is not { } item || Task(item) is not { CanBeRetried: true } ended)
        {
            return null;
        }

        if (Long(item, "open_chunks") > 0)
        {
            // Stopped by a release that forgot such a task: now its records are listed, and then it can be tried again.
            await table.TransactAsync([table.Put(new() { ["pk"] = new(Open), ["sk"] = new(taskId) })], cancellationToken);
            return null;
        }

        var again = new NewTask(TaskIds.New(time), ended.Collection, ended.FileKey, ended.Options, IdempotencyKey: null, ended.ContentHash)
        {
            CollectionId = ended.CollectionId,
        };
        await InsertAsync(again, taskId, cancellationToken);
        return await FindAsync(again.Id, cancellationToken);
    }

    private AttributeValue Now() => Number(time.GetUtcNow().ToUnixTimeMilliseconds());

    private async Task<IngestTask?> EarlierAsync(NewTask task, CancellationToken cancellationToken)
    {
        if (task.ScopedKey is not { } key
            || await table.GetAsync(KeyPk(task.Collection, key), KeySk, cancellationToken) is not { } item)
        {
            return null;
        }

        return Text(item, "content_hash") == task.ContentHash
            ? await FindAsync(Text(item, "task_id")!, cancellationToken)
            : throw new IdempotencyConflictException(task.IdempotencyKey!);
    }

    /// <returns>False when the idempotency key was taken in the meantime.</returns>
    private Task<bool> InsertAsync(NewTask task, string? retryOf, CancellationToken cancellationToken)
    {
        List<TransactWriteItem> items =
        [
            table.Put(NewTask(task, retryOf, time.GetUtcNow()), mustBeNew: true),
            table.Put(new() { ["pk"] = new(Open), ["sk"] = new(task.Id) }),
            table.Put(new() { ["pk"] = new(FilePk(task.FileKey)), ["sk"] = new(task.Id) }),
        ];
        if (task.ScopedKey is { } key)
        {
            items.Add(table.Put(
                new()
                {
                    ["pk"] = new(KeyPk(task.Collection, key)),
                    ["sk"] = new(KeySk),
                    ["task_id"] = new(task.Id),
                    ["content_hash"] = new(task.ContentHash),
                },
                mustBeNew: true));
        }

        return table.TransactAsync(items, cancellationToken);
    }
}
