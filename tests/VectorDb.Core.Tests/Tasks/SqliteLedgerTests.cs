using Microsoft.Data.Sqlite;
using VectorDb.Core.Tasks;
using VectorDb.Core.Tasks.Sqlite;

namespace VectorDb.Core.Tests.Tasks;

public sealed class SqliteLedgerTests : LedgerConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LedgerDatabase _database;

    public SqliteLedgerTests()
    {
        _database = new LedgerDatabase(_folder.File("tasks.db"));
        Tasks = new SqliteTaskLedger(_database, Time);
        Chunks = new SqliteChunkLedger(_database, Time);
    }

    private protected override ITaskLedger Tasks { get; }

    private protected override IChunkLedger Chunks { get; }

    [Fact]
    public async Task Two_processes_that_write_at_once_both_succeed()
    {
        var other = new SqliteTaskLedger(new LedgerDatabase(_folder.File("tasks.db")), Time);
        ITaskLedger[] ledgers = [Tasks, other];

        await Parallel.ForEachAsync(Enumerable.Range(0, 40), TestContext.Current.CancellationToken, async (i, cancel) =>
            await ledgers[i % 2].CreateAsync(new NewTask($"t{i}", "docs", "f", new UploadOptions(), null, "h"), cancel));

        Assert.Equal(40, (await Tasks.ListAsync(100, null, null, TestContext.Current.CancellationToken)).Items.Count);
    }

    [Fact]
    public void A_file_of_a_newer_release_is_refused_with_the_reason()
    {
        _database.Write(session => session.Execute("PRAGMA user_version = 99"));

        var error = Assert.Throws<InvalidOperationException>(() => new LedgerDatabase(_folder.File("tasks.db")).Read(_ => 0));

        Assert.Contains("schema 99", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_could_not_be_made_at_first_is_made_once_it_can()
    {
        File.WriteAllText(_folder.File("data"), "in the way");
        var database = new LedgerDatabase(_folder.File("data/tasks.db"));
        Assert.ThrowsAny<IOException>(() => database.Read(static _ => 0));

        File.Delete(_folder.File("data"));

        Assert.Equal(0, database.Read(static session => session.Scalar<long>("SELECT count(*) FROM tasks")));
    }

    [Fact]
    public async Task A_purge_forgets_a_task_and_then_its_many_errors_in_several_short_transactions_and_goes_on_where_it_was_cut_short()
    {
        var cancel = TestContext.Current.CancellationToken;
        await Tasks.CreateAsync(new NewTask("t", "docs", "f", new UploadOptions(), null, "h"), cancel);
        var claim = await Chunks.ClaimSplitAsync("t", TimeSpan.FromMinutes(1), cancel);
        await Chunks.AddChunkAsync(claim!, new NewChunk(0, "", 0, [.. Enumerable.Range(1, 25_000).Select(static row => new RecordError(row, null, "bad"))]), cancel);
        await Chunks.FinishSplitAsync(claim!, cancel);
        _database.Write(session => session.Execute(
            "CREATE TRIGGER cut BEFORE DELETE ON errors WHEN old.row = 20001 BEGIN SELECT RAISE(ABORT, 'cut short'); END"));

        var cut = await Assert.ThrowsAsync<SqliteException>(() => Chunks.PurgeAsync(Time.GetUtcNow(), 10, cancel));

        Assert.Contains("cut short", cut.Message, StringComparison.Ordinal);
        Assert.Null(await Tasks.FindAsync("t", cancel));
        Assert.InRange(await Tasks.ErrorsAsync("t", cancel).CountAsync(cancel), 1, 15_000);
        _database.Write(session => session.Execute("DROP TRIGGER cut"));
        Assert.Equal(0, (await Chunks.PurgeAsync(Time.GetUtcNow(), 10, cancel)).Count);
        Assert.Empty(await Tasks.ErrorsAsync("t", cancel).ToListAsync(cancel));
    }

    [Fact]
    public async Task A_task_that_is_tried_again_while_a_purge_is_under_way_keeps_what_the_retry_goes_by()
    {
        var cancel = TestContext.Current.CancellationToken;
        foreach (var id in (string[])["a", "b"])
        {
            await Tasks.CreateAsync(new NewTask(id, "docs", $"uploads/{id}", new UploadOptions(), null, "h"), cancel);
            var claim = await Chunks.ClaimSplitAsync(id, TimeSpan.FromMinutes(1), cancel);
            await Chunks.AddChunkAsync(claim!, new NewChunk(0, "", 0, [new RecordError(1, null, "bad")]), cancel);
            await Chunks.FinishSplitAsync(claim!, cancel);
            Time.Advance(TimeSpan.FromSeconds(1));
        }

        // As another process would between the two.
        _database.Write(session => session.Execute(
            """
            CREATE TRIGGER meanwhile AFTER DELETE ON tasks WHEN old.id = 'a' BEGIN
                INSERT INTO tasks (id, collection, state, options, file_key, content_hash, retry_of, created_at, nudged_at)
                SELECT 'again', collection, 0, options, file_key, content_hash, id, created_at, nudged_at FROM tasks WHERE id = 'b';
            END
            """));
        var (count, files) = await Chunks.PurgeAsync(Time.GetUtcNow(), 10, cancel);

        Assert.Equal((1, "uploads/a"), (count, Assert.Single(files)));
        Assert.Empty(await Tasks.ErrorsAsync("a", cancel).ToListAsync(cancel));
        Assert.NotNull(await Tasks.FindAsync("b", cancel));
        Assert.Single(await Tasks.ErrorsAsync("b", cancel).ToListAsync(cancel));
    }

    public void Dispose()
    {
        _folder.Dispose();
    }
}
