using System.Globalization;
using System.Runtime.CompilerServices;
using VectorDb.Core.Stores;

namespace VectorDb.Core.Tasks.Sqlite;

/// <summary>The book of tasks in one SQLite file, shared by the processes of one machine.</summary>
internal sealed class SqliteTaskLedger(LedgerDatabase database, TimeProvider time) : ITaskLedger
{
    private const int ErrorsAtATime = 1_000;

    public Task<IngestTask> CreateAsync(NewTask task, CancellationToken cancellationToken) =>
        Task.FromResult(database.Write(session => Earlier(session, task) ?? Insert(session, task, retryOf: null)));

    public Task<IngestTask?> FindAsync(string taskId, CancellationToken cancellationToken) =>
        Task.FromResult(database.Read(session => Find(session, taskId)));

    public Task<Page<IngestTask>> ListAsync(int limit, string? cursor, string? collection, CancellationToken cancellationToken)
    {
        var (before, id) = ReadCursor(cursor);
        var items = database.Read(session => session.Rows(
            $"""
            SELECT {LedgerRows.TaskColumns} FROM tasks
            WHERE (created_at, id) < ($before, $id) AND ($collection IS NULL OR collection = $collection)
            ORDER BY created_at DESC, id DESC LIMIT $limit
            """,
            LedgerRows.Task, ("$before", before), ("$id", id), ("$collection", collection), ("$limit", limit + 1)));
        if (items.Count <= limit)
        {
            return Task.FromResult(new Page<IngestTask>(items, NextCursor: null));
        }

        items.RemoveAt(limit);
        var last = items[^1];
        return Task.FromResult(new Page<IngestTask>(items, $"{last.CreatedAt.ToUnixTimeMilliseconds()}.{last.Id}"));
    }

    public async IAsyncEnumerable<RecordError> ErrorsAsync(string taskId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A page at a time: no read transaction stays open while a slow client takes its lines.
        var position = (Row: long.MinValue, RowId: 0L);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = database.Read(session => session.Rows(
                """
                SELECT row, record_id, reason, rowid FROM errors
                WHERE task_id = $task AND (row, rowid) > ($row, $rowid) ORDER BY row, rowid LIMIT $limit
                """,
                static row => (Error: LedgerRows.Error(row), RowId: row.GetInt64(3)),
                ("$task", taskId), ("$row", position.Row), ("$rowid", position.RowId), ("$limit", ErrorsAtATime)));
            foreach (var (error, rowId) in page)
            {
                yield return error;
                position = (error.Row, rowId);
            }

            if (page.Count < ErrorsAtATime)
            {
                yield break;
            }

            await Task.Yield();
        }
    }

    public Task<bool> CancelAsync(string taskId, CancellationToken cancellationToken) =>
        Task.FromResult(database.Write(session => session.Execute(
            $"UPDATE tasks SET state = $cancelled, finished_at = $now, lease = NULL WHERE id = $id AND {SqliteChunkLedger.TaskIsOpen}",
            ("$cancelled", (int)TaskState.Cancelled), ("$now", Now), ("$id", taskId)) == 1));

    public Task<IngestTask?> RetryAsync(string taskId, CancellationToken cancellationToken) =>
        Task.FromResult(database.Write(session =>
        {
            var ended = Find(session, taskId);
            if (ended?.CanBeRetried != true || session.Scalar<long>("SELECT open_chunks FROM tasks WHERE id = $id", ("$id", taskId)) > 0)
            {
                return null;
            }

            var open = session.Rows(
                $"SELECT {LedgerRows.TaskColumns} FROM tasks WHERE retry_of = $id AND {SqliteChunkLedger.TaskIsOpen} LIMIT 1", LedgerRows.Task, ("$id", taskId));
            return open.SingleOrDefault() ?? Insert(session, ended.Again(TaskIds.New(time)), retryOf: taskId);
        }));

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static IngestTask? Find(LedgerSession session, string taskId) => session.Rows(
        $"SELECT {LedgerRows.TaskColumns} FROM tasks WHERE id = $id", LedgerRows.Task, ("$id", taskId)).SingleOrDefault();

    private static IngestTask? Earlier(LedgerSession session, NewTask task)
    {
        if (task.IdempotencyKey is null)
        {
            return null;
        }

        var earlier = session.Rows(
            $"SELECT {LedgerRows.TaskColumns} FROM tasks WHERE collection = $collection AND idempotency_key = $key",
            LedgerRows.Task, ("$collection", task.Collection), ("$key", task.ScopedKey)).SingleOrDefault();
        return earlier is null || task.Repeats(earlier)
            ? earlier
            : throw new IdempotencyConflictException(task.IdempotencyKey);
    }

    private IngestTask Insert(LedgerSession session, NewTask task, string? retryOf)
    {
        session.Execute(
            """
            INSERT INTO tasks (id, collection, state, options, file_key, content_hash, idempotency_key, retry_of, collection_id, created_at, nudged_at)
            VALUES ($id, $collection, $pending, $options, $file, $hash, $key, $retryOf, $collectionId, $now, $now)
            """,
            ("$id", task.Id), ("$collection", task.Collection), ("$pending", (int)TaskState.Pending),
            ("$options", OptionsText.Write(task.Options)), ("$file", task.FileKey), ("$hash", task.ContentHash),
            ("$key", task.ScopedKey), ("$retryOf", retryOf), ("$collectionId", task.CollectionId), ("$now", Now));
        return Find(session, task.Id)!;
    }

    private static (long CreatedAt, string Id) ReadCursor(string? cursor)
    {
        if (cursor is null)
        {
            return (long.MaxValue, "");
        }

        var dot = cursor.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && long.TryParse(cursor.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var createdAt)
            ? (createdAt, cursor[(dot + 1)..])
            : throw new FormatException($"'{cursor}' is not a cursor of the task list.");
    }
}
