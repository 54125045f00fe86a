using VectorDb.Core.Stores;
using VectorDb.Core.Stores.Embedded;

namespace VectorDb.Core.Tests.Stores;

public sealed class ReadersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Readers _readers;

    public ReadersTests() => _readers = new Readers(_folder.File("vectors.db"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_of_a_rush_are_closed_after_it_but_for_a_few()
    {
        var many = Readers.MostIdle + 20;
        using var together = new Barrier(many);

        await Task.WhenAll(Enumerable.Range(0, many).Select(_ => Task.Factory.StartNew(
            () => _readers.Read(_ => together.SignalAndWait(TimeSpan.FromSeconds(60), Cancellation)),
            Cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.Equal(Readers.MostIdle, _readers.Idle);
    }

    [Fact]
    public void A_connection_is_used_again_after_a_request_that_was_refused_and_not_after_a_fault_of_its_own()
    {
        Database? first = null;
        Assert.Throws<CollectionNotFoundException>(() => _readers.Read<bool>(database =>
        {
            first = database;
            database.Use("SELECT 1 UNION SELECT 2").Step();
            throw new CollectionNotFoundException("letters");
        }));

        Assert.Same(first, _readers.Read(static database => database));
        Assert.Throws<StoreException>(() => _readers.Read(static database => database.Use("SELECT * FROM nothing")));
        Assert.Equal(0, _readers.Idle);
        Assert.NotSame(first, _readers.Read(static database => database));
    }

    public void Dispose()
    {
        _readers.Dispose();
        _folder.Dispose();
    }
}
