using VectorDb.Core.Collections;
using VectorDb.Core.Stores;
using VectorDb.Core.Stores.Embedded;
using Record = VectorDb.Core.Records.Record;

namespace VectorDb.Core.Tests.Stores;

public sealed class SqliteBackupTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private EmbeddedStore _store = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Database => _folder.File("data", "vectors.db");

    public async ValueTask InitializeAsync()
    {
        _store = Open(Database);
        await _store.MigrateAsync(Cancellation);
        await _store.CreateAsync(new CollectionSpec("c", 2, Metric.Cosine), Cancellation);
        await UpsertAsync("before");
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_backup_of_a_store_in_use_is_one_file_that_can_be_opened_elsewhere_and_searched()
    {
        var backup = await SqliteBackup.CreateAsync(Database, _folder.File("backup"), Cancellation);
        await UpsertAsync("after");

        Assert.Equal(["vectors.db"], Directory.GetFiles(_folder.File("backup")).Select(Path.GetFileName));
        await using var restored = Open(backup);
        await restored.MigrateAsync(Cancellation);
        Assert.Equal("before", Assert.Single(await SearchAsync(restored)).Record.Id);
        Assert.Equal(2, (await SearchAsync(_store)).Count);
    }

    [Fact]
    public async Task A_backup_never_takes_the_place_of_another()
    {
        await SqliteBackup.CreateAsync(Database, _folder.File("backup"), Cancellation);

        await Assert.ThrowsAsync<BackupException>(() => SqliteBackup.CreateAsync(Database, _folder.File("backup"), Cancellation));
    }

    [Fact]
    public async Task A_damaged_file_is_not_backed_up()
    {
        var damaged = _folder.File("damaged.db");
        await File.WriteAllTextAsync(damaged, "this is no database, and long enough to show it", Cancellation);

        var fault = await Assert.ThrowsAsync<StoreException>(() => SqliteBackup.CreateAsync(damaged, _folder.File("backup"), Cancellation));

        Assert.Equal(StoreFault.Corrupt, fault.Fault);
        Assert.Empty(Directory.GetFiles(_folder.File("backup")));
    }

    [Fact]
    public Task What_is_not_there_is_not_backed_up() => Assert.ThrowsAsync<BackupException>(
        () => SqliteBackup.CreateAsync(_folder.File("none.db"), _folder.File("b"), Cancellation));

    private static EmbeddedStore Open(string path) => new(new VectorStoreOptions(VectorStoreKind.Embedded, path));

    private static Task<IReadOnlyList<SearchHit>> SearchAsync(EmbeddedStore store) =>
        store.SearchAsync("c", new SearchQuery(new float[] { 1, 0 }, 10), Cancellation);

    private Task UpsertAsync(string id) => _store.UpsertAsync("c", [new Record(id, Text: null, new float[] { 1, 1 }, Metadata: null)], Cancellation);
}
