using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Aws;
using VectorDb.Build.Releases.Locking;

namespace VectorDb.Build.Tests.Releases;

[Trait(Suites.Trait, Suites.Full)]
public sealed class DynamoLockTests(AwsReleaseStores aws) : ReleaseLockConformance, IClassFixture<AwsReleaseStores>, IAsyncLifetime
{
    private string _table = "";

    public async ValueTask InitializeAsync() => _table = await aws.NewTableAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal override ILockStore OpenStore() => new DynamoLockStore(aws.Dynamo, _table);
}

[Trait(Suites.Trait, Suites.Full)]
public sealed class DynamoLedgerTests(AwsReleaseStores aws) : LedgerConformance, IClassFixture<AwsReleaseStores>, IAsyncLifetime
{
    private string _table = "";

    public async ValueTask InitializeAsync() => _table = await aws.NewTableAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal override ILedger Open() => new DynamoLedger(aws.Dynamo, _table);
}

[Trait(Suites.Trait, Suites.Full)]
public sealed class S3ReleaseCatalogTests(AwsReleaseStores aws) : ReleaseCatalogConformance, IClassFixture<AwsReleaseStores>, IAsyncLifetime
{
    private string _bucket = "";

    public async ValueTask InitializeAsync() => _bucket = await aws.NewBucketAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal override IReleaseCatalog Open() => new S3ReleaseCatalog(aws.S3, _bucket);
}
