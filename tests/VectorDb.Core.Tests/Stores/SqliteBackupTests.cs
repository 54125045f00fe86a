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
    public async Task A_backup_of_a_store_in_use_can_be_restored_elsewhere_and_searched()
    {
        await SqliteBackup.CreateAsync(Database, _folder.File("backup"), Cancellation);
        await UpsertAsync("after");
        var elsewhere = _folder.File("elsewhere", "vectors.db");

        await SqliteBackup.RestoreAsync(_folder.File("backup"), elsewhere, overwrite: false, Cancellation);

        await using var restored = Open(elsewhere);
        await restored.MigrateAsync(Cancellation);
        Assert.Equal("before", Assert.Single(await SearchAsync(restored)).Record.Id);
        Assert.Equal(2, (await SearchAsync(_store)).Count);
        Assert.Equal(["vectors.db"], Directory.GetFiles(_folder.File("backup")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Nothing_is_overwritten_unless_told_and_never_while_in_use()
    {
        await SqliteBackup.CreateAsync(Database, _folder.File("backup"), Cancellation);
        await UpsertAsync("after");

        await Assert.ThrowsAsync<BackupException>(() => SqliteBackup.CreateAsync(Database, _folder.File("backup"), Cancellation));
        await Assert.ThrowsAsync<BackupException>(() => SqliteBackup.RestoreAsync(_folder.File("backup"), Database, overwrite: false, Cancellation));
        var inUse = await Assert.ThrowsAsync<BackupException>(
            () => SqliteBackup.RestoreAsync(_folder.File("backup"), Database, overwrite: true, Cancellation));
        Assert.Contains("in use", inUse.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await SearchAsync(_store)).Count);

        await _store.DisposeAsync();
        await SqliteBackup.RestoreAsync(_folder.File("backup"), Database, overwrite: true, Cancellation);
        _store = Open(Database);
        Assert.Equal("before", Assert.Single(await SearchAsync(_store)).Record.Id);
    }

    [Fact]
    public async Task A_damaged_backup_is_not_restored()
    {
        var backup = await SqliteBackup.CreateAsync(Database, _folder.File("backup"), Cancellation);
        await File.WriteAllTextAsync(backup, "this is no database, and long enough to show it", Cancellation);
        var elsewhere = _folder.File("elsewhere", "vectors.db");

        var fault = await Assert.ThrowsAsync<StoreException>(
            () => SqliteBackup.RestoreAsync(_folder.File("backup"), elsewhere, overwrite: false, Cancellation));

        Assert.Equal(StoreFault.Corrupt, fault.Fault);
        Assert.Empty(Directory.GetFiles(_folder.File("elsewhere")));
    }

    [Fact]
    public async Task What_is_not_there_is_neither_backed_up_nor_restored()
    {
        await Assert.ThrowsAsync<BackupException>(() => SqliteBackup.CreateAsync(_folder.File("none.db"), _folder.File("b"), Cancellation));
        await Assert.ThrowsAsync<BackupException>(() => SqliteBackup.RestoreAsync(_folder.File("b"), _folder.File("x.db"), overwrite: false, Cancellation));
    }

    private static EmbeddedStore Open(string path) => new(new VectorStoreOptions(VectorStoreKind.Embedded, path));

    private static Task<IReadOnlyList<SearchHit>> SearchAsync(EmbeddedStore store) =>
        store.SearchAsync("c", new SearchQuery(new float[] { 1, 0 }, 10), Cancellation);

    private Task UpsertAsync(string id) => _store.UpsertAsync("c", [new Record(id, Text: null, new float[] { 1, 1 }, Metadata: null)], Cancellation);
}
