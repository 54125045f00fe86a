using System.Globalization;
using Amazon.DynamoDBv2.Model;
using static VectorDb.Core.Tasks.Dynamo.DynamoItems;
using static VectorDb.Core.Tasks.Dynamo.DynamoTable;

namespace VectorDb.Core.Tasks.Dynamo;

/// <summary>The workers' side of the book in DynamoDB.</summary>
internal sealed class DynamoChunkLedger(DynamoTable table, DynamoHousekeeping housekeeping, TimeProvider time) : IChunkLedger
{
    /// <summary>Open, and not aborted.</summary>
    private const string GoesOn = DynamoTaskLedger.IsOpen + " AND attribute_not_exists(#error)";

    public async Task<SplitClaim?> ClaimSplitAsync(string taskId, TimeSpan lease, CancellationToken cancellationToken)
    {
        var token = NewLease();
        var item = await table.UpdateAsync(
            new Change(
                TaskPk(taskId), TaskSk,
                "SET #state = :processing, started_at = if_not_exists(started_at, :now), #lease = :lease, lease_until = :until ADD attempts :one",
                "#state <= :processing AND lease_until <= :now",
                new()
                {
                    [":processing"] = Number((int)TaskState.Processing),
                    [":now"] = Now(),
                    [":lease"] = new(token),
                    [":until"] = Now(lease),
                    [":one"] = Number(1),
                }),
            cancellationToken);
        return item is null
            ? null
            : new SplitClaim(DynamoItems.Task(item), token, (int)Long(item, "chunks"), Long(item, "total"), (int)Long(item, "attempts"));
    }

    public async Task<Booking> AddChunkAsync(SplitClaim claim, NewChunk chunk, CancellationToken cancellationToken)
    {
        var taskId = claim.Task.Id;
        var opened = chunk.Records > 0 ? 1 : 0;
        var values = new Dictionary<string, AttributeValue>
        {
            [":total"] = Number(chunk.Records + chunk.Errors.Count),
            [":failed"] = Number(chunk.Errors.Count),
            [":opened"] = Number(opened),
            [":first"] = Number(1),
            [":processing"] = Number((int)TaskState.Processing),
            [":lease"] = new(claim.Lease),
        };
        List<TransactWriteItem> items =
        [
            table.Update(new Change(
                TaskPk(taskId), TaskSk,
                Aborting(chunk.AbortReason, values, "SET attempts = :first ADD #total :total, failed :failed, chunks :opened, open_chunks :opened"),
                "#state = :processing AND #lease = :lease", values)),
            .. DynamoItems.Errors(taskId, $"split-{chunk.Number}", chunk.Errors).Select(item => table.Put(item)),
        ];
        if (opened == 1)
        {
            items.Add(table.Put(new()
            {
                ["pk"] = new(TaskPk(taskId)),
                ["sk"] = new(ChunkSk(chunk.Number)),
                ["number"] = Number(chunk.Number),
                ["open"] = Number(1),
                ["file_key"] = new(chunk.FileKey),
                ["records"] = Number(chunk.Records),
                ["done"] = Number(0),
                ["attempts"] = Number(0),
                ["lease_until"] = Number(0),
                ["nudged_at"] = Now(),
            }));
        }

        if (!await table.TransactAsync(items, cancellationToken))
        {
            return Booking.Refused;
        }

        if (chunk.AbortReason is null)
        {
            return Booking.GoesOn;
        }

        await EndIfDoneAsync(taskId, cancellationToken);
        return Booking.Last;
    }

    public async Task<bool> FinishSplitAsync(SplitClaim claim, CancellationToken cancellationToken)
    {
        var item = await table.UpdateAsync(
            new Change(
                TaskPk(claim.Task.Id), TaskSk, "SET #state = :next REMOVE #lease", "#state = :processing AND #lease = :lease",
                new()
                {
                    [":next"] = Number((int)TaskState.ProcessingChunks),
                    [":processing"] = Number((int)TaskState.Processing),
                    [":lease"] = new(claim.Lease),
                }),
            cancellationToken);
        if (item is not null)
        {
            await housekeeping.EndIfDoneAsync(item, cancellationToken);
        }

        return item is not null;
    }

    public Task ReleaseSplitAsync(SplitClaim claim, DateTimeOffset notBefore, bool failedAttempt, CancellationToken cancellationToken) =>
        ReleaseAsync(claim.Task.Id, TaskSk, claim.Lease, notBefore, failedAttempt, cancellationToken);

    public async Task FailAsync(string taskId, string reason, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, AttributeValue> { [":lastOpen"] = DynamoTaskLedger.LastOpen };
        if (await table.TransactAsync([table.Update(new Change(TaskPk(taskId), TaskSk, Aborting(reason, values, ""), GoesOn, values))], cancellationToken))
        {
            await EndIfDoneAsync(taskId, cancellationToken);
        }
    }

    public async Task<ChunkClaim?> ClaimChunkAsync(string taskId, int number, TimeSpan lease, CancellationToken cancellationToken)
    {
        if (await table.GetAsync(TaskPk(taskId), TaskSk, cancellationToken) is not { } item)
        {
            return null;
        }

        var task = DynamoItems.Task(item);
        var token = NewLease();
        // What waits for another try has waited enough once its task is stopped.
        var isFree = task.IsStopped ? "(lease_until <= :now OR attribute_not_exists(#lease))" : "lease_until <= :now";
        var chunk = await table.UpdateAsync(
            new Change(
                TaskPk(taskId), ChunkSk(number), "SET #lease = :lease, lease_until = :until ADD attempts :one", $"#open = :one AND {isFree}",
                new() { [":lease"] = new(token), [":until"] = Now(lease), [":now"] = Now(), [":one"] = Number(1) }),
            cancellationToken);
        return chunk is null
            ? null
            : new ChunkClaim(
                task, number, Text(chunk, "file_key")!, token, (int)Long(chunk, "records"), (int)Long(chunk, "done"), (int)Long(chunk, "attempts"));
    }

    public async Task<Booking> CheckpointAsync(ChunkClaim claim, ChunkProgress progress, CancellationToken cancellationToken)
    {
        // Counted in any case; a task that is stopped already is not aborted once more.
        var booked = await BookAsync(claim, progress, cancellationToken)
            || (progress.AbortReason is not null && await BookAsync(claim, progress with { AbortReason = null }, cancellationToken));
        if (!booked)
        {
            return Booking.Refused;
        }

        return await EndIfDoneAsync(claim.Task.Id, cancellationToken)
            is { IsStopped: false } or { State: TaskState.Completed or TaskState.PartiallyCompleted } ? Booking.GoesOn : Booking.Last;
    }

    public Task ReleaseChunkAsync(ChunkClaim claim, DateTimeOffset notBefore, bool failedAttempt, CancellationToken cancellationToken) =>
        ReleaseAsync(claim.Task.Id, ChunkSk(claim.Number), claim.Lease, notBefore, failedAttempt, cancellationToken);

    public async Task<bool> RenewAsync(string taskId, int? number, string lease, TimeSpan extension, CancellationToken cancellationToken)
    {
        if (await table.GetAsync(TaskPk(taskId), TaskSk, cancellationToken) is not { } task || DynamoItems.Task(task).IsStopped)
        {
            return false;
        }

        return await table.UpdateAsync(
            new Change(
                TaskPk(taskId), number is { } chunk ? ChunkSk(chunk) : TaskSk, "SET lease_until = :until", "#lease = :lease",
                new() { [":until"] = Now(extension), [":lease"] = new(lease) }),
            cancellationToken) is not null;
    }

    public Task<IReadOnlyList<LostWork>> TakeLostAsync(DateTimeOffset nudgedBefore, int limit, CancellationToken cancellationToken) =>
        housekeeping.TakeLostAsync(nudgedBefore, limit, cancellationToken);

    public Task<LedgerBacklog> BacklogAsync(CancellationToken cancellationToken) => housekeeping.BacklogAsync(cancellationToken);

    public Task<PurgedTasks> PurgeAsync(DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken) =>
        housekeeping.PurgeAsync(finishedBefore, limit, cancellationToken);

    public Task<bool> NeedsAsync(string fileKey, CancellationToken cancellationToken) =>
        table.QueryAsync(FilePk(fileKey), prefix: null, cancellationToken).AnyAsync(cancellationToken).AsTask();

    private AttributeValue Now(TimeSpan later = default) => Number((time.GetUtcNow() + later).ToUnixTimeMilliseconds());

    private static string NewLease() => Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);

    private Task<bool> BookAsync(ChunkClaim claim, ChunkProgress progress, CancellationToken cancellationToken)
    {
        var taskId = claim.Task.Id;
        var closed = progress.Done >= claim.Records ? 1 : 0;
        var values = new Dictionary<string, AttributeValue>
        {
            [":succeeded"] = Number(progress.Succeeded),
            [":failed"] = Number(progress.Errors.Count),
            [":closed"] = Number(-closed),
        };
        if (progress.AbortReason is not null)
        {
            values[":lastOpen"] = DynamoTaskLedger.LastOpen;
        }

        return table.TransactAsync(
            [
                table.Update(new Change(
                    TaskPk(taskId), ChunkSk(claim.Number), "SET done = :done, #open = :open, attempts = :one", "#open = :one AND #lease = :lease",
                    new() { [":done"] = Number(progress.Done), [":open"] = Number(1 - closed), [":one"] = Number(1), [":lease"] = new(claim.Lease) })),
                table.Update(new Change(
                    TaskPk(taskId), TaskSk,
                    Aborting(progress.AbortReason, values, "ADD succeeded :succeeded, failed :failed, open_chunks :closed"),
                    progress.AbortReason is null ? "attribute_exists(pk)" : GoesOn, values)),
                .. DynamoItems.Errors(taskId, $"{claim.Number}-{progress.Done}", progress.Errors).Select(item => table.Put(item)),
            ],
            cancellationToken);
    }

    /// <summary>The update of the task: with a reason to abort, nothing more is read or indexed and it fails with its last open chunk.</summary>
    /// <param name="update">What is changed in any case.</param>
    private static string Aborting(string? reason, Dictionary<string, AttributeValue> values, string update)
    {
        if (reason is null)
        {
            return update;
        }

        values[":aborted"] = Number((int)TaskState.ProcessingChunks);
        values[":reason"] = new AttributeValue(reason);
        const string Set = "SET ";
        var (also, rest) = update.StartsWith(Set, StringComparison.Ordinal) ? (", ", update[Set.Length..]) : (" ", update);
        return $"SET #state = :aborted, #error = :reason{also}{rest} REMOVE #lease";
    }

    /// <returns>The task as it was before it ended here, if it did.</returns>
    private async Task<IngestTask?> EndIfDoneAsync(string taskId, CancellationToken cancellationToken)
    {
        if (await table.GetAsync(TaskPk(taskId), TaskSk, cancellationToken) is not { } item)
        {
            return null;
        }

        await housekeeping.EndIfDoneAsync(item, cancellationToken);
        return DynamoItems.Task(item);
    }

    private Task ReleaseAsync(string taskId, string sk, string lease, DateTimeOffset notBefore, bool failedAttempt, CancellationToken cancellationToken) =>
        table.UpdateAsync(
            new Change(
                TaskPk(taskId), sk, "SET lease_until = :until, nudged_at = :until REMOVE #lease ADD attempts :forgiven", "#lease = :lease",
                new()
                {
                    [":until"] = Number(notBefore.ToUnixTimeMilliseconds()),
                    [":lease"] = new(lease),
                    [":forgiven"] = Number(failedAttempt ? 0 : -1),
                }),
            cancellationToken);
}
