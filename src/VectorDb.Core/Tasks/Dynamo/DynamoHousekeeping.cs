using Amazon.DynamoDBv2.Model;
using static VectorDb.Core.Tasks.Dynamo.DynamoItems;
using static VectorDb.Core.Tasks.Dynamo.DynamoTable;

namespace VectorDb.Core.Tasks.Dynamo;

/// <summary>What looks over all open or all old tasks.</summary>
internal sealed class DynamoHousekeeping(DynamoTable table, TimeProvider time)
{
    /// <summary>Sorts before every sort key.</summary>
    private const string Oldest = " ";

    /// <summary>Ends a task whose last chunk is done, and removes the marker of an open task from one that has ended. A worker that dies before this leaves it to the next look at open tasks.</summary>
    public async Task EndIfDoneAsync(Dictionary<string, AttributeValue> item, CancellationToken cancellationToken)
    {
        var task = DynamoItems.Task(item);
        if (Long(item, "open_chunks") > 0)
        {
            return;
        }

        if (task.HasEnded)
        {
            await table.TransactAsync([table.Delete(Open, task.Id)], cancellationToken);
        }

        if (task.State != TaskState.ProcessingChunks)
        {
            return;
        }

        var end = task.Error is not null ? TaskState.Failed : task.Failed == 0 ? TaskState.Completed : task.Succeeded > 0 ? TaskState.PartiallyCompleted : TaskState.Failed;
        var values = new Dictionary<string, AttributeValue>
        {
            [":end"] = Number((int)end),
            [":now"] = Number(Now),
            [":processing"] = Number((int)TaskState.ProcessingChunks),
            [":none"] = Number(0),
        };
        if (end == TaskState.Failed)
        {
            values[":reason"] = new(task.Error ?? "No record could be indexed; the error list says why for each.");
        }

        await table.TransactAsync(
            [
                table.Update(new Change(
                    TaskPk(task.Id), TaskSk,
                    $"SET #state = :end, finished_at = :now{(end == TaskState.Failed ? ", #error = :reason" : "")}",
                    "#state = :processing AND open_chunks = :none", values)),
                table.Delete(Open, task.Id),
            ],
            cancellationToken);
    }

    public async Task<IReadOnlyList<LostWork>> TakeLostAsync(DateTimeOffset nudgedBefore, int limit, CancellationToken cancellationToken)
    {
        var before = nudgedBefore.ToUnixTimeMilliseconds();
        var lost = new List<(LostWork Work, string Sk, long NudgedAt)>();
        await foreach (var item in OpenTasksAsync(cancellationToken))
        {
            await EndIfDoneAsync(item, cancellationToken);
            var task = DynamoItems.Task(item);
            if (task.State is TaskState.Pending or TaskState.Processing && IsLost(item, task))
            {
                lost.Add((new LostWork(task.Id, Number: null), TaskSk, Long(item, "nudged_at")));
            }

            await foreach (var chunk in table.QueryAsync(TaskPk(task.Id), ChunkPrefix, cancellationToken))
            {
                if (Long(chunk, "open") == 1 && IsLost(chunk, task))
                {
                    lost.Add((new LostWork(task.Id, (int)Long(chunk, "number")), Text(chunk, "sk")!, Long(chunk, "nudged_at")));
                }
            }
        }

        var taken = new List<LostWork>();
        foreach (var (work, sk, nudgedAt) in lost.OrderBy(static work => work.NudgedAt).Take(limit))
        {
            // Of two workers that look at once, one takes it.
            var change = new Change(
                TaskPk(work.TaskId), sk, "SET nudged_at = :now", "nudged_at = :seen", new() { [":now"] = Number(Now), [":seen"] = Number(nudgedAt) });
            if (await table.UpdateAsync(change, cancellationToken) is not null)
            {
                taken.Add(work);
            }
        }

        return taken;

        bool IsLost(Dictionary<string, AttributeValue> item, IngestTask task)
        {
            // What waits for another try has waited enough once its task is stopped.
            var isFree = Long(item, "lease_until") <= Now || (task.IsStopped && !item.ContainsKey("lease"));
            return isFree && (Long(item, "nudged_at") <= before || Long(item, "nudged_at") > Now);
        }
    }

    public async Task<LedgerBacklog> BacklogAsync(CancellationToken cancellationToken)
    {
        var (tasks, chunks) = (0, 0);
        await foreach (var item in OpenTasksAsync(cancellationToken))
        {
            tasks += DynamoItems.Task(item).State == TaskState.Pending ? 1 : 0;
            chunks += (int)Long(item, "open_chunks");
        }

        return new LedgerBacklog(tasks, chunks);
    }

    public async Task<PurgedTasks> PurgeAsync(DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken)
    {
        var (count, files) = (0, new List<string>());
        // Tasks by age; one that was made after the limit cannot have ended before it.
        var old = table.QueryIndexAsync(AllTasks, Oldest, descending: false, pageSize: null, cancellationToken)
            .TakeWhile(item => Long(item, "created_at") <= finishedBefore.ToUnixTimeMilliseconds())
            .Where(item => DynamoItems.Task(item) is { HasEnded: true } task && task.FinishedAt <= finishedBefore)
            .Where(async (item, cancel) => !await IsRepeatedAsync(DynamoItems.Task(item), cancel))
            .Take(limit);
        await foreach (var item in old)
        {
            var task = DynamoItems.Task(item);
            // Page by page, and of the errors only what they are called: a task may have millions of them.
            await table.DeleteAllAsync(table.QueryAsync(ErrorsPk(task.Id), prefix: null, cancellationToken, KeysOnly).Select(KeyOf), cancellationToken);
            var chunks = await table.QueryAsync(TaskPk(task.Id), ChunkPrefix, cancellationToken).ToListAsync(cancellationToken);
            files.AddRange(chunks.Select(static chunk => Text(chunk, "file_key")!));
            await table.DeleteAllAsync(chunks.Select(KeyOf).Append((FilePk(task.FileKey), task.Id)).ToAsyncEnumerable(), cancellationToken);
            // The task last: should this be interrupted, the next pass finds it again.
            await DeleteWithKeyAsync(task, Text(item, "idempotency_key"), cancellationToken);
            count++;
            if (!await table.QueryAsync(FilePk(task.FileKey), prefix: null, cancellationToken).AnyAsync(cancellationToken))
            {
                files.Add(task.FileKey);
            }
        }

        return new PurgedTasks(count, files);
    }

    // Its key goes in the same step, unless it is another task's: the index may still tell of a task that is gone, and whose key was used again.
    private async Task DeleteWithKeyAsync(IngestTask task, string? key, CancellationToken cancellationToken)
    {
        var delete = table.Delete(TaskPk(task.Id), TaskSk);
        if (key is null || !await table.TransactAsync([delete, table.DeleteKey(KeyPk(task.Collection, key), KeySk, task.Id)], cancellationToken))
        {
            await table.TransactAsync([delete], cancellationToken);
        }
    }

    /// <summary>Whether a retry of it, which reads the same file, is still there.</summary>
    private ValueTask<bool> IsRepeatedAsync(IngestTask task, CancellationToken cancellationToken) =>
        table.QueryAsync(FilePk(task.FileKey), prefix: null, cancellationToken)
            .Select(static reader => Text(reader, "sk")!)
            .Where(reader => reader != task.Id)
            .AnyAsync(
                async (reader, cancel) => await table.GetAsync(TaskPk(reader), TaskSk, cancel) is { } found && Text(found, "retry_of") == task.Id,
                cancellationToken);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private async IAsyncEnumerable<Dictionary<string, AttributeValue>> OpenTasksAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var marker in table.QueryAsync(Open, prefix: null, cancellationToken))
        {
            if (await table.GetAsync(TaskPk(Text(marker, "sk")!), TaskSk, cancellationToken) is { } item)
            {
                yield return item;
            }
        }
    }
}
