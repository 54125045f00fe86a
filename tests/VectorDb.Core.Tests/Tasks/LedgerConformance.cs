using Microsoft.Extensions.Time.Testing;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Tests.Tasks;

/// <summary>What every ledger must do, whatever it is kept in.</summary>
public abstract class LedgerConformance
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private int _made;

    private protected FakeTimeProvider Time { get; } = new(DateTimeOffset.Parse("2026-11-23T12:00:00Z"));

    private protected abstract ITaskLedger Tasks { get; }

    private protected abstract IChunkLedger Chunks { get; }

    /// <summary>Where several retries may be asked for at the same moment.</summary>
    private protected virtual int RetriesAtOnce => 4;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_task_is_pending_and_keeps_its_options()
    {
        var options = new UploadOptions(FileFormat.Csv, "id", ["title", "body"], ["lang"], ';', 800, 50, OnError.Abort);

        var made = await Tasks.CreateAsync(New() with { Options = options }, Cancel);

        var found = await Tasks.FindAsync(made.Id, Cancel);
        Assert.NotNull(found);
        Assert.Equal(TaskState.Pending, found.State);
        Assert.Equal(Time.GetUtcNow(), found.CreatedAt);
        Assert.Equal(options with { TextColumns = null, MetadataColumns = null }, found.Options with { TextColumns = null, MetadataColumns = null });
        Assert.Equal(["title", "body"], found.Options.TextColumns!);
        Assert.Equal(["lang"], found.Options.MetadataColumns!);
        Assert.Null(await Tasks.FindAsync("absent", Cancel));
    }

    [Fact]
    public async Task The_same_idempotency_key_and_upload_return_the_first_task()
    {
        var first = await Tasks.CreateAsync(New() with { IdempotencyKey = "k", ContentHash = "a" }, Cancel);
        var again = await Tasks.CreateAsync(New() with { IdempotencyKey = "k", ContentHash = "a" }, Cancel);
        var elsewhere = await Tasks.CreateAsync(New() with { IdempotencyKey = "k", ContentHash = "b", Collection = "other" }, Cancel);

        Assert.Equal(first.Id, again.Id);
        Assert.NotEqual(first.Id, elsewhere.Id);
        await Assert.ThrowsAsync<IdempotencyConflictException>(
            () => Tasks.CreateAsync(New() with { IdempotencyKey = "k", ContentHash = "b" }, Cancel));
        await Assert.ThrowsAsync<IdempotencyConflictException>(
            () => Tasks.CreateAsync(New() with { IdempotencyKey = "k", ContentHash = "a", FileKey = "uploads/task-x/a.txt" }, Cancel));
    }

    [Fact]
    public async Task A_key_used_for_a_collection_that_is_gone_is_free_for_the_next_of_its_name()
    {
        var key = New() with { IdempotencyKey = "k", ContentHash = "a" };
        var before = await Tasks.CreateAsync(key with { CollectionId = 1 }, Cancel);
        var after = await Tasks.CreateAsync(New() with { IdempotencyKey = "k", ContentHash = "b", CollectionId = 2 }, Cancel);
        var again = await Tasks.CreateAsync(New() with { IdempotencyKey = "k", ContentHash = "b", CollectionId = 2 }, Cancel);

        Assert.Equal((1L, 2L), (before.CollectionId, after.CollectionId));
        Assert.NotEqual(before.Id, after.Id);
        Assert.Equal(after.Id, again.Id);
    }

    [Fact]
    public async Task Tasks_are_listed_newest_first_page_by_page()
    {
        var made = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            made.Insert(0, (await Tasks.CreateAsync(New() with { Collection = i == 2 ? "other" : "docs" }, Cancel)).Id);
        }

        var first = await Tasks.ListAsync(2, null, null, Cancel);
        var second = await Tasks.ListAsync(2, first.NextCursor, null, Cancel);
        var third = await Tasks.ListAsync(2, second.NextCursor, null, Cancel);

        Assert.Equal(made, first.Items.Concat(second.Items).Concat(third.Items).Select(task => task.Id));
        Assert.Null(third.NextCursor);
        Assert.Equal([made[2]], (await Tasks.ListAsync(10, null, "other", Cancel)).Items.Select(task => task.Id));
        await Assert.ThrowsAsync<FormatException>(() => Tasks.ListAsync(10, "nonsense", null, Cancel));
        await Assert.ThrowsAsync<FormatException>(() => Tasks.ListAsync(10, new string('#', 5_000), null, Cancel));
    }

    [Fact]
    public async Task A_task_whose_records_all_succeed_is_completed()
    {
        var split = await SplitAsync(chunks: [3, 2]);

        Assert.Equal(TaskState.ProcessingChunks, (await StateAsync(split)).State);
        await SettleAsync(split, 0);
        Assert.Equal(TaskState.ProcessingChunks, (await StateAsync(split)).State);
        Time.Advance(TimeSpan.FromSeconds(5));
        await SettleAsync(split, 1);

        var ended = await StateAsync(split);
        Assert.Equal((TaskState.Completed, 5L, 5L, 0L), (ended.State, ended.Total, ended.Succeeded, ended.Failed));
        Assert.Equal(Time.GetUtcNow(), ended.FinishedAt);
    }

    [Fact]
    public async Task Errors_of_reading_and_of_indexing_are_both_counted_and_listed_by_row()
    {
        var claim = await ClaimAsync();
        await Chunks.AddChunkAsync(claim, new NewChunk(0, "f0", 3, [new RecordError(2, null, "bad row")]), Cancel);
        await Chunks.FinishSplitAsync(claim, Cancel);
        var chunk = await Chunks.ClaimChunkAsync(claim.Task.Id, 0, Lease, Cancel);
        await Chunks.CheckpointAsync(chunk!, new ChunkProgress(2, 2, []), Cancel);
        await Chunks.CheckpointAsync(chunk!, new ChunkProgress(3, 0, [new RecordError(4, "d", "refused")]), Cancel);

        var ended = await StateAsync(claim);
        Assert.Equal((TaskState.PartiallyCompleted, 4L, 2L, 2L), (ended.State, ended.Total, ended.Succeeded, ended.Failed));
        Assert.Equal(
            [new RecordError(2, null, "bad row"), new RecordError(4, "d", "refused")],
            await Tasks.ErrorsAsync(claim.Task.Id, Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task A_chunk_full_of_long_reasons_in_any_script_is_kept_with_each_cut_short()
    {
        var claim = await ClaimAsync();
        var text = new string('\u8A9E', 20_000);
        await Chunks.AddChunkAsync(claim, new NewChunk(0, "", 0, [.. Enumerable.Range(1, 1_000).Select(row => new RecordError(row, text[..256], text))]), Cancel);

        var kept = await Tasks.ErrorsAsync(claim.Task.Id, Cancel).ToListAsync(Cancel);
        Assert.Equal(1_000, kept.Count);
        Assert.All(kept, error => Assert.Equal((text[..256], text[..497] + "..."), (error.Id, error.Reason)));
    }

    [Fact]
    public async Task A_task_of_which_nothing_succeeds_has_failed()
    {
        var claim = await ClaimAsync();
        await Chunks.AddChunkAsync(claim, new NewChunk(0, "", 0, [.. Enumerable.Range(1, 250).Select(row => new RecordError(row, null, "bad"))]), Cancel);
        await Chunks.FinishSplitAsync(claim, Cancel);

        var ended = await StateAsync(claim);
        Assert.Equal((TaskState.Failed, 250L, 250L), (ended.State, ended.Total, ended.Failed));
        Assert.NotNull(ended.Error);
        Assert.Equal(250, await Tasks.ErrorsAsync(claim.Task.Id, Cancel).CountAsync(Cancel));
    }

    [Fact]
    public async Task Only_one_worker_holds_a_task_or_a_chunk_until_its_lease_runs_out()
    {
        var task = await Tasks.CreateAsync(New(), Cancel);
        var first = await Chunks.ClaimSplitAsync(task.Id, Lease, Cancel);
        Assert.Null(await Chunks.ClaimSplitAsync(task.Id, Lease, Cancel));
        await Chunks.AddChunkAsync(first!, new NewChunk(0, "f0", 2, [new RecordError(1, null, "bad")]), Cancel);

        Time.Advance(Lease);
        var second = await Chunks.ClaimSplitAsync(task.Id, Lease, Cancel);

        Assert.Equal((1, 3L, 2), (second!.ChunksBooked, second.OutcomesBooked, second.Attempt));
        Assert.Equal(Booking.Refused, await Chunks.AddChunkAsync(first!, new NewChunk(1, "f1", 2, []), Cancel));
        Assert.False(await Chunks.RenewAsync(task.Id, null, first!.Lease, Lease, Cancel));
        Assert.True(await Chunks.FinishSplitAsync(second, Cancel));

        var chunk = await Chunks.ClaimChunkAsync(task.Id, 0, Lease, Cancel);
        Assert.Null(await Chunks.ClaimChunkAsync(task.Id, 0, Lease, Cancel));
        Time.Advance(Lease / 2);
        Assert.True(await Chunks.RenewAsync(task.Id, 0, chunk!.Lease, Lease, Cancel));
        Time.Advance(Lease / 2);
        Assert.Null(await Chunks.ClaimChunkAsync(task.Id, 0, Lease, Cancel));
    }

    [Fact]
    public async Task A_worker_that_lost_its_lease_counts_nothing()
    {
        var split = await SplitAsync(chunks: [2]);
        var zombie = await Chunks.ClaimChunkAsync(split.Task.Id, 0, Lease, Cancel);
        Assert.Equal(Booking.GoesOn, await Chunks.CheckpointAsync(zombie!, new ChunkProgress(1, 1, []), Cancel));
        Time.Advance(Lease);
        var heir = await Chunks.ClaimChunkAsync(split.Task.Id, 0, Lease, Cancel);

        Assert.Equal((1, 2), (heir!.Done, heir.Attempt));
        Assert.Equal(Booking.Refused, await Chunks.CheckpointAsync(zombie!, new ChunkProgress(2, 0, [new RecordError(2, null, "late")]), Cancel));
        Assert.Equal(Booking.GoesOn, await Chunks.CheckpointAsync(heir, new ChunkProgress(2, 1, []), Cancel));

        var ended = await StateAsync(split);
        Assert.Equal((TaskState.Completed, 2L, 2L, 0L), (ended.State, ended.Total, ended.Succeeded, ended.Failed));
        Assert.Empty(await Tasks.ErrorsAsync(split.Task.Id, Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task Attempts_are_counted_anew_from_the_last_one_that_got_on()
    {
        var task = await Tasks.CreateAsync(New(), Cancel);
        SplitClaim? split = null;
        foreach (var (getsOn, attempt) in ((bool, int)[])[(false, 1), (false, 2), (true, 3), (true, 2), (true, 2), (false, 2), (false, 3)])
        {
            split = await Chunks.ClaimSplitAsync(task.Id, Lease, Cancel);
            Assert.Equal(attempt, split!.Attempt);
            Assert.True(!getsOn || await Chunks.AddChunkAsync(split, new NewChunk(split.ChunksBooked, $"f{split.ChunksBooked}", 9, []), Cancel) == Booking.GoesOn);
            Time.Advance(Lease);
        }

        foreach (var (getsOn, attempt) in ((bool, int)[])[(false, 1), (false, 2), (true, 3), (true, 2), (false, 2), (false, 3)])
        {
            var chunk = await Chunks.ClaimChunkAsync(task.Id, 0, Lease, Cancel);
            Assert.Equal(attempt, chunk!.Attempt);
            Assert.True(!getsOn || await Chunks.CheckpointAsync(chunk, new ChunkProgress(chunk.Done + 1, 1, []), Cancel) == Booking.GoesOn);
            Time.Advance(Lease);
        }

        var stopping = await Chunks.ClaimSplitAsync(task.Id, Lease, Cancel);
        await Chunks.AddChunkAsync(stopping!, new NewChunk(stopping!.ChunksBooked, "f", 1, []), Cancel);
        await Chunks.ReleaseSplitAsync(stopping, Time.GetUtcNow(), failedAttempt: false, Cancel);
        Assert.Equal(1, (await Chunks.ClaimSplitAsync(task.Id, Lease, Cancel))!.Attempt);
    }

    [Fact]
    public async Task A_released_chunk_waits_for_its_time_and_remembers_failed_attempts_only()
    {
        var split = await SplitAsync(chunks: [2]);
        var checkpointed = await Chunks.ClaimChunkAsync(split.Task.Id, 0, Lease, Cancel);
        await Chunks.ReleaseChunkAsync(checkpointed!, Time.GetUtcNow(), failedAttempt: false, Cancel);
        var failed = await Chunks.ClaimChunkAsync(split.Task.Id, 0, Lease, Cancel);
        Assert.Equal(1, failed!.Attempt);
        await Chunks.ReleaseChunkAsync(failed, Time.GetUtcNow() + TimeSpan.FromMinutes(1), failedAttempt: true, Cancel);

        Assert.Null(await Chunks.ClaimChunkAsync(split.Task.Id, 0, Lease, Cancel));
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, (await Chunks.ClaimChunkAsync(split.Task.Id, 0, Lease, Cancel))!.Attempt);
    }

    [Fact]
    public async Task Work_whose_job_vanished_is_found_once_for_each_announcement()
    {
        var pending = await Tasks.CreateAsync(New(), Cancel);
        var split = await SplitAsync(chunks: [2, 2]);
        await Chunks.ClaimChunkAsync(split.Task.Id, 1, TimeSpan.FromHours(1), Cancel);
        Time.Advance(TimeSpan.FromMinutes(1));

        var lost = await Chunks.TakeLostAsync(Time.GetUtcNow() - TimeSpan.FromSeconds(30), 10, Cancel);

        Assert.Equal([new LostWork(pending.Id, null), new LostWork(split.Task.Id, 0)], lost.OrderBy(work => work.Number));
        Assert.Empty(await Chunks.TakeLostAsync(Time.GetUtcNow() - TimeSpan.FromSeconds(30), 10, Cancel));
        Assert.Equal(new LedgerBacklog(1, 2), await Chunks.BacklogAsync(Cancel));
    }

    [Fact]
    public async Task A_cancelled_task_ends_at_once_and_its_open_chunks_are_still_accounted_for()
    {
        var split = await SplitAsync(chunks: [2, 3]);
        var chunk = await Chunks.ClaimChunkAsync(split.Task.Id, 0, Lease, Cancel);

        Assert.True(await Tasks.CancelAsync(split.Task.Id, Cancel));
        Assert.False(await Tasks.CancelAsync(split.Task.Id, Cancel));

        Assert.Equal(TaskState.Cancelled, (await StateAsync(split)).State);
        Assert.False(await Chunks.RenewAsync(split.Task.Id, 0, chunk!.Lease, Lease, Cancel));
        Assert.Equal(Booking.Last, await Chunks.CheckpointAsync(chunk, new ChunkProgress(2, 2, []), Cancel));
        Assert.Equal(new LedgerBacklog(0, 1), await Chunks.BacklogAsync(Cancel));
        Assert.Null(await Tasks.RetryAsync(split.Task.Id, Cancel));
        Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal([new LostWork(split.Task.Id, 1)], await Chunks.TakeLostAsync(Time.GetUtcNow(), 10, Cancel));
        await ListAsFailedAsync(split, number: 1);

        var ended = await StateAsync(split);
        Assert.Equal((TaskState.Cancelled, 5L, 2L, 3L), (ended.State, ended.Total, ended.Succeeded, ended.Failed));
        Time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(await Chunks.TakeLostAsync(Time.GetUtcNow(), 10, Cancel));
        Assert.Equal(new LedgerBacklog(0, 0), await Chunks.BacklogAsync(Cancel));
        Assert.NotNull(await Tasks.RetryAsync(split.Task.Id, Cancel));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_waits_for_another_try_is_accounted_for_as_soon_as_its_task_is_stopped(bool isCancelled)
    {
        var split = await SplitAsync(chunks: [2, 2, 2]);
        var later = Time.GetUtcNow() + TimeSpan.FromHours(1);
        await Chunks.ReleaseChunkAsync((await Chunks.ClaimChunkAsync(split.Task.Id, 0, Lease, Cancel))!, later, failedAttempt: true, Cancel);
        var atWork = await Chunks.ClaimChunkAsync(split.Task.Id, 1, Lease, Cancel);
        Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([new LostWork(split.Task.Id, 2)], await LostAsync());

        await (isCancelled ? Tasks.CancelAsync(split.Task.Id, Cancel) : Chunks.FailAsync(split.Task.Id, "bad", Cancel));

        Assert.Equal([new LostWork(split.Task.Id, 0)], await LostAsync());
        Assert.Empty(await LostAsync());
        Assert.Null(await Chunks.ClaimChunkAsync(split.Task.Id, 1, Lease, Cancel));
        await Chunks.ReleaseChunkAsync(atWork!, later, failedAttempt: true, Cancel);
        Assert.Equal([new LostWork(split.Task.Id, 1)], await LostAsync());
        for (var number = 0; number < 3; number++)
        {
            await ListAsFailedAsync(split, number);
        }

        Assert.Equal((isCancelled ? TaskState.Cancelled : TaskState.Failed, 6L), (await StateAsync(split) is var ended ? (ended.State, ended.Failed) : default));
        Assert.NotNull(await Tasks.RetryAsync(split.Task.Id, Cancel));

        Task<IReadOnlyList<LostWork>> LostAsync() => Chunks.TakeLostAsync(Time.GetUtcNow() - TimeSpan.FromSeconds(3), 10, Cancel);
    }

    [Fact]
    public async Task An_aborted_task_fails_when_the_last_of_its_records_is_accounted_for()
    {
        var split = await SplitAsync(chunks: [2, 2]);
        var chunk = await Chunks.ClaimChunkAsync(split.Task.Id, 0, Lease, Cancel);

        Assert.Equal(Booking.Last, await Chunks.CheckpointAsync(chunk!, new ChunkProgress(2, 1, [new RecordError(2, "b", "refused")], "Row 2: refused"), Cancel));
        Assert.True((await StateAsync(split)) is { HasEnded: false, IsStopped: true });
        await ListAsFailedAsync(split, number: 1);

        var ended = await StateAsync(split);
        Assert.Equal((TaskState.Failed, "Row 2: refused", 4L, 1L, 3L), (ended.State, ended.Error, ended.Total, ended.Succeeded, ended.Failed));
        Assert.Equal(Time.GetUtcNow(), ended.FinishedAt);
        Assert.Equal(3, await Tasks.ErrorsAsync(split.Task.Id, Cancel).CountAsync(Cancel));
    }

    [Fact]
    public async Task Aborting_while_the_file_is_read_ends_the_reading_and_a_task_without_open_chunks()
    {
        var claim = await ClaimAsync();
        await Chunks.AddChunkAsync(claim, new NewChunk(0, "f0", 2, []), Cancel);
        Assert.Equal(Booking.Last, await Chunks.AddChunkAsync(claim, new NewChunk(1, "", 0, [new RecordError(3, "c", "bad")], "Row 3: bad"), Cancel));
        Assert.Equal(Booking.Refused, await Chunks.AddChunkAsync(claim, new NewChunk(1, "f1", 2, []), Cancel));
        Assert.Null(await Chunks.ClaimSplitAsync(claim.Task.Id, Lease, Cancel));
        Assert.False((await StateAsync(claim)).HasEnded);
        await SettleAsync(claim, 0, Booking.Last);

        var ended = await StateAsync(claim);
        Assert.Equal((TaskState.Failed, "Row 3: bad", 3L, 2L, 1L), (ended.State, ended.Error, ended.Total, ended.Succeeded, ended.Failed));
    }

    [Fact]
    public async Task A_task_that_could_not_be_read_fails_at_once_and_can_be_tried_again()
    {
        var claim = await ClaimAsync();

        await Chunks.FailAsync(claim.Task.Id, "no such column", Cancel);
        await Chunks.FailAsync(claim.Task.Id, "again", Cancel);

        var ended = await StateAsync(claim);
        Assert.Equal((TaskState.Failed, "no such column", 0L), (ended.State, ended.Error, ended.Total));
        Assert.NotNull(await Tasks.RetryAsync(claim.Task.Id, Cancel));
    }

    [Fact]
    public async Task Retry_makes_a_new_task_of_one_that_ended_with_failures()
    {
        var split = await SplitAsync(chunks: [2]);
        Assert.Null(await Tasks.RetryAsync(split.Task.Id, Cancel));
        var chunk = await Chunks.ClaimChunkAsync(split.Task.Id, 0, Lease, Cancel);
        await Chunks.CheckpointAsync(chunk!, new ChunkProgress(2, 1, [new RecordError(2, "b", "refused")]), Cancel);

        var again = await Tasks.RetryAsync(split.Task.Id, Cancel);

        Assert.NotNull(again);
        Assert.Equal((TaskState.Pending, split.Task.Id, split.Task.FileKey), (again.State, again.RetryOf, again.FileKey));
        Assert.Null(await Tasks.RetryAsync("absent", Cancel));
    }

    [Fact]
    public async Task Retrying_again_returns_the_retry_that_is_open_and_makes_another_when_that_has_ended()
    {
        var claim = await ClaimAsync();
        await Chunks.FailAsync(claim.Task.Id, "no such column", Cancel);

        var at = await Task.WhenAll(Enumerable.Range(0, RetriesAtOnce).Select(_ => Task.Run(() => Tasks.RetryAsync(claim.Task.Id, Cancel))));
        var again = await Tasks.RetryAsync(claim.Task.Id, Cancel);
        Assert.Equal([again!.Id], at.Select(task => task!.Id).Distinct());
        await Tasks.CancelAsync(again.Id, Cancel);
        var other = await Tasks.RetryAsync(claim.Task.Id, Cancel);

        Assert.NotEqual(again.Id, other!.Id);
        Assert.Equal(3, (await Tasks.ListAsync(10, null, null, Cancel)).Items.Count);
    }

    [Fact]
    public async Task An_upload_is_needed_as_long_as_a_task_reads_it()
    {
        var task = await Tasks.CreateAsync(New(), Cancel);

        Assert.True(await Chunks.NeedsAsync(task.FileKey, Cancel));
        Assert.False(await Chunks.NeedsAsync(task.FileKey + ".unfinished", Cancel));
    }

    [Fact]
    public async Task A_task_is_not_purged_while_a_retry_of_it_is_there_that_goes_by_its_errors()
    {
        var claim = await ClaimAsync();
        await Chunks.FailAsync(claim.Task.Id, "no such column", Cancel);
        Time.Advance(TimeSpan.FromDays(1));
        var retry = await Tasks.RetryAsync(claim.Task.Id, Cancel);

        Assert.Equal(0, (await Chunks.PurgeAsync(Time.GetUtcNow(), 10, Cancel)).Count);
        Time.Advance(TimeSpan.FromDays(1));
        await Tasks.CancelAsync(retry!.Id, Cancel);
        Assert.Equal(0, (await Chunks.PurgeAsync(Time.GetUtcNow() - TimeSpan.FromHours(1), 10, Cancel)).Count);
        var (purged, files) = await Chunks.PurgeAsync(Time.GetUtcNow(), 10, Cancel);
        Assert.Equal((1, 0), (purged, files.Count));
        Assert.Null(await Tasks.FindAsync(retry.Id, Cancel));
        Assert.Equal([claim.Task.FileKey], (await Chunks.PurgeAsync(Time.GetUtcNow(), 10, Cancel)).Files);
    }

    [Fact]
    public async Task A_task_is_kept_for_each_of_its_retries_and_not_only_for_the_last()
    {
        var claim = await ClaimAsync();
        await Chunks.FailAsync(claim.Task.Id, "no such column", Cancel);
        var first = await Tasks.RetryAsync(claim.Task.Id, Cancel);
        await Tasks.CancelAsync(first!.Id, Cancel);
        var last = await Tasks.RetryAsync(claim.Task.Id, Cancel);
        await Tasks.CancelAsync(last!.Id, Cancel);
        var ended = Time.GetUtcNow();
        Time.Advance(TimeSpan.FromDays(1));
        await Tasks.RetryAsync(first.Id, Cancel);

        Assert.Equal(1, (await Chunks.PurgeAsync(ended, 10, Cancel)).Count);
        Assert.Equal(0, (await Chunks.PurgeAsync(ended, 10, Cancel)).Count);
        Assert.Null(await Tasks.FindAsync(last.Id, Cancel));
        Assert.NotNull(await Tasks.FindAsync(claim.Task.Id, Cancel));
    }

    [Fact]
    public async Task Old_tasks_are_purged_with_the_files_that_nothing_else_reads()
    {
        var split = await SplitAsync(chunks: [2]);
        var chunk = await Chunks.ClaimChunkAsync(split.Task.Id, 0, Lease, Cancel);
        await Chunks.CheckpointAsync(chunk!, new ChunkProgress(2, 1, [new RecordError(2, "b", "refused")]), Cancel);
        Time.Advance(TimeSpan.FromDays(1));
        var young = await Tasks.CreateAsync(New(), Cancel);

        Assert.Equal([split.Task.FileKey, "f0"], (await Chunks.PurgeAsync(Time.GetUtcNow(), 10, Cancel)).Files.Order().Reverse());
        Assert.Null(await Tasks.FindAsync(split.Task.Id, Cancel));
        Assert.Empty(await Tasks.ErrorsAsync(split.Task.Id, Cancel).ToListAsync(Cancel));
        Assert.NotNull(await Tasks.FindAsync(young.Id, Cancel));
    }

    private NewTask New() => new(
        $"task-{++_made}", "docs", $"uploads/task-{_made}/a.csv", new UploadOptions(), IdempotencyKey: null, $"hash-{_made}");

    private async Task<SplitClaim> ClaimAsync()
    {
        var task = await Tasks.CreateAsync(New(), Cancel);
        var claim = await Chunks.ClaimSplitAsync(task.Id, Lease, Cancel);
        Assert.Equal((TaskState.Processing, 0, 0L), (claim!.Task.State, claim.ChunksBooked, claim.OutcomesBooked));
        return claim;
    }

    private async Task<SplitClaim> SplitAsync(int[] chunks)
    {
        var claim = await ClaimAsync();
        for (var number = 0; number < chunks.Length; number++)
        {
            Assert.Equal(Booking.GoesOn, await Chunks.AddChunkAsync(claim, new NewChunk(number, $"f{number}", chunks[number], []), Cancel));
        }

        Assert.True(await Chunks.FinishSplitAsync(claim, Cancel));
        return claim;
    }

    private async Task SettleAsync(SplitClaim split, int number, Booking booking = Booking.GoesOn)
    {
        var chunk = await Chunks.ClaimChunkAsync(split.Task.Id, number, Lease, Cancel);
        Assert.Equal(booking, await Chunks.CheckpointAsync(chunk!, new ChunkProgress(chunk!.Records, chunk.Records, []), Cancel));
    }

    private async Task ListAsFailedAsync(SplitClaim split, int number)
    {
        var chunk = await Chunks.ClaimChunkAsync(split.Task.Id, number, Lease, Cancel);
        Assert.True(chunk!.Task.IsStopped);
        RecordError[] errors = [.. Enumerable.Range(1, chunk.Records).Select(row => new RecordError(row, null, "not indexed"))];
        Assert.Equal(Booking.Last, await Chunks.CheckpointAsync(chunk, new ChunkProgress(chunk.Records, 0, errors, "Row 1: not indexed"), Cancel));
    }

    private async Task<IngestTask> StateAsync(SplitClaim claim) => (await Tasks.FindAsync(claim.Task.Id, Cancel))!;
}
