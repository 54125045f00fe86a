using VectorDb.Core.Stores.Embedded;

namespace VectorDb.Core.Tests.Stores;

public sealed class DatabaseTests
{
    [Fact]
    public async Task Connections_that_make_a_new_file_at_the_same_moment_wait_for_each_other()
    {
        using var folder = new TemporaryFolder();
        for (var file = 0; file < 20; file++)
        {
            var path = folder.File($"{file}.db");
            using var together = new Barrier(4);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait(TestContext.Current.CancellationToken);
                    using var database = Database.Open(path);
                },
                TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        }
    }

    [Fact]
    public void Statements_of_collections_that_are_gone_are_let_go()
    {
        using var folder = new TemporaryFolder();
        using var database = Database.Open(folder.File("vectors.db"));
        for (var n = 0; n < 3 * Database.MostStatements; n++)
        {
            Assert.Equal(n, database.Read(read =>
            {
                using var statement = read.Use($"SELECT {n}");
                statement.Step();
                return statement.Int64(0);
            }));
        }

        Assert.InRange(database.Statements, 1, Database.MostStatements + 10);
    }
}
