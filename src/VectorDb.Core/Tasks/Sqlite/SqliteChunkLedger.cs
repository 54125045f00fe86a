using System.Globalization;

namespace VectorDb.Core.Tasks.Sqlite;

/// <summary>The workers' side of the book. Times are Unix milliseconds; a lease is a token that only its holder knows.</summary>
internal sealed class SqliteChunkLedger(LedgerDatabase database, TimeProvider time) : IChunkLedger
{
    private const int ErrorsAtATime = 10_000;

    /// <summary>State is pending, processing or processing_chunks.</summary>
    public const string TaskIsOpen = "state <= 2";

    /// <summary>Open, and not aborted.</summary>
    private const string TaskGoesOn = "state <= 2 AND error IS NULL";

    /// <summary>A retry reads what failed from the errors of the task that it repeats.</summary>
    private const string TaskIsNotRepeated = "NOT EXISTS (SELECT 1 FROM tasks r WHERE r.retry_of = tasks.id)";

    /// <summary>A chunk that nobody has. One that waits for another try has waited enough once its task is stopped.</summary>
    private const string ChunkIsFree =
        $"(lease_until <= $now OR (lease IS NULL AND NOT EXISTS (SELECT 1 FROM tasks WHERE id = task_id AND {TaskGoesOn})))";

    public Task<SplitClaim?> ClaimSplitAsync(string taskId, TimeSpan lease, CancellationToken cancellationToken) =>
        Task.FromResult(database.Write(session =>
        {
            var token = NewLease();
            var claimed = session.Execute(
                """
                UPDATE tasks SET state = $processing, started_at = coalesce(started_at, $now), attempts = attempts + 1, lease = $lease, lease_until = $until
                WHERE id = $id AND state IN ($pending, $processing) AND lease_until <= $now
                """,
                ("$processing", (int)TaskState.Processing), ("$pending", (int)TaskState.Pending), ("$now", Now()),
                ("$lease", token), ("$until", Now(lease)), ("$id", taskId));
            return claimed == 0
                ? null
                : session.Rows(
                    $"SELECT {LedgerRows.TaskColumns}, chunks, attempts FROM tasks WHERE id = $id",
                    row => new SplitClaim(LedgerRows.Task(row), token, row.GetInt32(LedgerRows.TaskColumnCount), row.GetInt64(5), row.GetInt32(LedgerRows.TaskColumnCount + 1)),
                    ("$id", taskId)).Single();
        }));

    public Task<Booking> AddChunkAsync(SplitClaim claim, NewChunk chunk, CancellationToken cancellationToken) =>
        Task.FromResult(database.Write(session =>
        {
            var opened = chunk.Records > 0 ? 1 : 0;
            var booked = session.Execute(
                """
                UPDATE tasks SET total = total + $records + $errors, failed = failed + $errors, chunks = chunks + $opened, open_chunks = open_chunks + $opened,
                    attempts = 1
                WHERE id = $id AND state = $processing AND lease = $lease
                """,
                ("$records", chunk.Records), ("$errors", chunk.Errors.Count), ("$opened", opened),
                ("$id", claim.Task.Id), ("$processing", (int)TaskState.Processing), ("$lease", claim.Lease));
            if (booked == 0)
            {
                return Booking.Refused;
            }

            if (opened == 1)
            {
                session.Execute(
                    "INSERT INTO chunks (task_id, number, open, file_key, records, nudged_at) VALUES ($task, $number, 1, $file, $records, $now)",
                    ("$task", claim.Task.Id), ("$number", chunk.Number), ("$file", chunk.FileKey), ("$records", chunk.Records), ("$now", Now()));
            }

            AddErrors(session, claim.Task.Id, chunk.Errors);
            Abort(session, claim.Task.Id, chunk.AbortReason);
            EndWithLastChunk(session, claim.Task.Id);
            return chunk.AbortReason is null ? Booking.GoesOn : Booking.Last;
        }));

    public Task<bool> FinishSplitAsync(SplitClaim claim, CancellationToken cancellationToken) =>
        Task.FromResult(database.Write(session =>
        {
            var finished = session.Execute(
                "UPDATE tasks SET state = $next, lease = NULL WHERE id = $id AND state = $processing AND lease = $lease",
                ("$next", (int)TaskState.ProcessingChunks), ("$processing", (int)TaskState.Processing), ("$id", claim.Task.Id), ("$lease", claim.Lease));
            EndWithLastChunk(session, claim.Task.Id);
            return finished == 1;
        }));

    public Task ReleaseSplitAsync(SplitClaim claim, DateTimeOffset notBefore, bool failedAttempt, CancellationToken cancellationToken) =>
        Task.FromResult(database.Write(session => session.Execute(
            "UPDATE tasks SET lease = NULL, lease_until = $until, nudged_at = $until, attempts = attempts - $forgiven WHERE id = $id AND lease = $lease",
            ("$until", notBefore.ToUnixTimeMilliseconds()), ("$forgiven", failedAttempt ? 0 : 1), ("$id", claim.Task.Id), ("$lease", claim.Lease))));

    public Task FailAsync(string taskId, string reason, CancellationToken cancellationToken) =>
        Task.FromResult(database.Write(session =>
        {
            Abort(session, taskId, reason);
            EndWithLastChunk(session, taskId);
            return true;
        }));

    public Task<ChunkClaim?> ClaimChunkAsync(string taskId, int number, TimeSpan lease, CancellationToken cancellationToken) =>
        Task.FromResult(database.Write(session =>
        {
            var token = NewLease();
            var claimed = session.Execute(
                $"""
                UPDATE chunks SET attempts = attempts + 1, lease = $lease, lease_until = $until
                WHERE task_id = $task AND number = $number AND open = 1 AND {ChunkIsFree}
                """,
                ("$lease", token), ("$until", Now(lease)), ("$now", Now()), ("$task", taskId), ("$number", number));
            if (claimed == 0)
            {
                return null;
            }

            var task = session.Rows($"SELECT {LedgerRows.TaskColumns} FROM tasks WHERE id = $id", LedgerRows.Task, ("$id", taskId)).Single();
            return session.Rows(
                "SELECT file_key, records, done, attempts FROM chunks WHERE task_id = $task AND number = $number",
                row => new ChunkClaim(task, number, row.GetString(0), token, row.GetInt32(1), row.GetInt32(2), row.GetInt32(3)),
                ("$task", taskId), ("$number", number)).Single();
        }));

    public Task<Booking> CheckpointAsync(ChunkClaim claim, ChunkProgress progress, CancellationToken cancellationToken) =>
        Task.FromResult(database.Write(session =>
        {
            var taskId = claim.Task.Id;
            var finished = progress.Done >= claim.Records;
            var booked = session.Execute(
                "UPDATE chunks SET done = $done, open = $open, attempts = 1 WHERE task_id = $task AND number = $number AND open = 1 AND lease = $lease",
                ("$done", progress.Done), ("$open", finished ? 0 : 1), ("$task", taskId), ("$number", claim.Number), ("$lease", claim.Lease));
            if (booked == 0)
            {
                return Booking.Refused;
            }

            session.Execute(
                "UPDATE tasks SET succeeded = succeeded + $succeeded, failed = failed + $failed, open_chunks = open_chunks - $closed WHERE id = $id",
                ("$succeeded", progress.Succeeded), ("$failed", progress.Errors.Count), ("$closed", finished ? 1 : 0), ("$id", taskId));
            AddErrors(session, taskId, progress.Errors);
            Abort(session, taskId, progress.AbortReason);
            var goesOn = session.Scalar<long>($"SELECT count(*) FROM tasks WHERE id = $id AND {TaskGoesOn}", ("$id", taskId)) == 1;
            EndWithLastChunk(session, taskId);
            return goesOn ? Booking.GoesOn : Booking.Last;
        }));

    public Task ReleaseChunkAsync(ChunkClaim claim, DateTimeOffset notBefore, bool failedAttempt, CancellationToken cancellationToken) =>
        Task.FromResult(database.Write(session => session.Execute(
            """
            UPDATE chunks SET lease = NULL, lease_until = $until, nudged_at = $until, attempts = attempts - $forgiven
            WHERE task_id = $task AND number = $number AND lease = $lease
            """,
            ("$until", notBefore.ToUnixTimeMilliseconds()), ("$forgiven", failedAttempt ? 0 : 1),
            ("$task", claim.Task.Id), ("$number", claim.Number), ("$lease", claim.Lease))));

    public Task<bool> RenewAsync(string taskId, int? number, string lease, TimeSpan extension, CancellationToken cancellationToken) =>
        Task.FromResult(database.Write(session => number is null
            ? session.Execute(
                $"UPDATE tasks SET lease_until = $until WHERE id = $task AND lease = $lease AND {TaskGoesOn}",
                ("$until", Now(extension)), ("$task", taskId), ("$lease", lease)) == 1
            : session.Execute(
                $"""
                UPDATE chunks SET lease_until = $until WHERE task_id = $task AND number = $number AND lease = $lease AND open = 1
                    AND EXISTS (SELECT 1 FROM tasks WHERE id = $task AND {TaskGoesOn})
                """,
                ("$until", Now(extension)), ("$task", taskId), ("$number", number), ("$lease", lease)) == 1));

    public Task<IReadOnlyList<LostWork>> TakeLostAsync(DateTimeOffset nudgedBefore, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LostWork>>(database.Write(session =>
        {
            (string, object?)[] parameters = [("$before", nudgedBefore.ToUnixTimeMilliseconds()), ("$now", Now()), ("$limit", limit)];
            var lost = session.Rows(
                """
                SELECT id, NULL FROM tasks WHERE state <= 1 AND nudged_at <= $before AND lease_until <= $now ORDER BY nudged_at LIMIT $limit
                """,
                static row => new LostWork(row.GetString(0), Number: null), parameters);
            lost.AddRange(session.Rows(
                $"""
                SELECT task_id, number FROM chunks
                WHERE open = 1 AND (nudged_at <= $before OR nudged_at > $now) AND {ChunkIsFree} ORDER BY nudged_at, number LIMIT $limit
                """,
                static row => new LostWork(row.GetString(0), row.GetInt32(1)), parameters));
            foreach (var work in lost)
            {
                session.Execute(
                    work.Number is null
                        ? "UPDATE tasks SET nudged_at = $now WHERE id = $task"
                        : "UPDATE chunks SET nudged_at = $now WHERE task_id = $task AND number = $number",
                    ("$now", Now()), ("$task", work.TaskId), ("$number", work.Number));
            }

            return lost;
        }));

    public Task<LedgerBacklog> BacklogAsync(CancellationToken cancellationToken) =>
        Task.FromResult(database.Read(session => session.Rows(
            "SELECT (SELECT count(*) FROM tasks WHERE state = 0), (SELECT count(*) FROM chunks WHERE open = 1)",
            static row => new LedgerBacklog(row.GetInt32(0), row.GetInt32(1))).Single()));

    public Task<PurgedTasks> PurgeAsync(DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken)
    {
        var (count, files) = (0, new List<string>());
        var old = database.Read(session => session.Rows(
            $"SELECT id, file_key FROM tasks WHERE finished_at <= $before AND {TaskIsNotRepeated} ORDER BY finished_at LIMIT $limit",
            static row => (Id: row.GetString(0), File: row.GetString(1)),
            ("$before", finishedBefore.ToUnixTimeMilliseconds()), ("$limit", limit)));
        foreach (var (id, file) in old)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (database.Write(session => Delete(session, id, file)) is { } unread)
            {
                count++;
                files.AddRange(unread);
            }
        }

        DeleteErrorsOfNoTask(cancellationToken);
        return Task.FromResult(new PurgedTasks(count, files));
    }

    public Task<bool> NeedsAsync(string fileKey, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
        session.Scalar<long>("SELECT EXISTS (SELECT 1 FROM tasks WHERE file_key = $file)", ("$file", fileKey)) == 1));

    /// <summary>
    /// The tasks went first, so that nobody can ask for a retry that would find half of its errors. A task may have millions of them, and
    /// other writers wait for each transaction; what an interruption leaves the next pass finds. The ids are looked up one after another:
    /// to look at each error would take long.
    /// </summary>
    private void DeleteErrorsOfNoTask(CancellationToken cancellationToken)
    {
        var gone = database.Read(static session => session.Rows(
            """
            WITH RECURSIVE ids(id) AS (
                SELECT min(task_id) FROM errors UNION ALL SELECT (SELECT min(task_id) FROM errors WHERE task_id > ids.id) FROM ids WHERE id IS NOT NULL)
            SELECT id FROM ids WHERE id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.id = ids.id)
            """,
            static row => row.GetString(0)));
        foreach (var id in gone)
        {
            while (DeleteErrors(id) == ErrorsAtATime)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private int DeleteErrors(string taskId) => database.Write(session => session.Execute(
        "DELETE FROM errors WHERE rowid IN (SELECT rowid FROM errors WHERE task_id = $id LIMIT $limit)", ("$id", taskId), ("$limit", ErrorsAtATime)));

    /// <returns>Keys of the files that nothing refers to any more; null when the task is gone, or a retry of it was asked for since it was chosen.</returns>
    private static List<string>? Delete(LedgerSession session, string taskId, string file)
    {
        if (session.Execute($"DELETE FROM tasks WHERE id = $id AND {TaskIsNotRepeated}", ("$id", taskId)) == 0)
        {
            return null;
        }

        var files = session.Rows("SELECT file_key FROM chunks WHERE task_id = $id", static row => row.GetString(0), ("$id", taskId));
        session.Execute("DELETE FROM chunks WHERE task_id = $id", ("$id", taskId));
        // A task that this one repeats the failed records of still reads the same upload.
        if (session.Scalar<long>("SELECT count(*) FROM tasks WHERE file_key = $file", ("$file", file)) == 0)
        {
            files.Add(file);
        }

        return files;
    }

    private long Now(TimeSpan later = default) => (time.GetUtcNow() + later).ToUnixTimeMilliseconds();

    private static string NewLease() => Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);

    private static void AddErrors(LedgerSession session, string taskId, IReadOnlyList<RecordError> errors) => session.ExecuteEach(
        "INSERT INTO errors (task_id, row, record_id, reason) VALUES ($task, $row, $id, $reason)",
        ["$task", "$row", "$id", "$reason"],
        errors,
        error => [taskId, error.Row, error.Id, error.Clipped().Reason]);

    /// <summary>Nothing more is read or indexed; the task fails when its open chunks are accounted for.</summary>
    private static void Abort(LedgerSession session, string taskId, string? reason)
    {
        if (reason is not null)
        {
            session.Execute(
                $"UPDATE tasks SET state = $processingChunks, error = $reason, lease = NULL WHERE id = $id AND {TaskGoesOn}",
                ("$processingChunks", (int)TaskState.ProcessingChunks), ("$reason", reason), ("$id", taskId));
        }
    }

    private void EndWithLastChunk(LedgerSession session, string taskId) => session.Execute(
        """
        UPDATE tasks SET finished_at = $now,
            state = CASE WHEN error IS NOT NULL THEN $failed WHEN failed = 0 THEN $completed WHEN succeeded > 0 THEN $partially ELSE $failed END,
            error = coalesce(error, CASE WHEN failed > 0 AND succeeded = 0 THEN 'No record could be indexed; the error list says why for each.' END)
        WHERE id = $id AND state = $processingChunks AND open_chunks = 0
        """,
        ("$now", Now()), ("$completed", (int)TaskState.Completed), ("$partially", (int)TaskState.PartiallyCompleted),
        ("$failed", (int)TaskState.Failed), ("$processingChunks", (int)TaskState.ProcessingChunks), ("$id", taskId));
}
