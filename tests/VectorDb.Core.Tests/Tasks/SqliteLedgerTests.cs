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

    public void Dispose()
    {
        _folder.Dispose();
    }
}
