using Amazon.Runtime;
using Amazon.S3;
using VectorDb.Core.Files;

namespace VectorDb.Core.Tests.Files;

[Trait(Suites.Trait, Suites.Full)]
public sealed class S3FileStoreTests(SharedMoto moto) : FileStoreConformance, IClassFixture<SharedMoto>, IAsyncLifetime
{
    private readonly string _bucket = $"files-{Guid.NewGuid():N}";
    private AmazonS3Client _client = null!;
    private IFileStore _store = null!;

    private protected override IFileStore Store => _store;

    public async ValueTask InitializeAsync()
    {
        _client = new AmazonS3Client(
            SharedMoto.Credentials, new AmazonS3Config { ServiceURL = moto.Endpoint, ForcePathStyle = true, AuthenticationRegion = SharedMoto.Region });
        await _client.PutBucketAsync(_bucket, TestContext.Current.CancellationToken);
        _store = new S3FileStore(_client, _bucket);
    }

    [Fact]
    public async Task An_upload_that_breaks_off_leaves_no_parts_to_pay_for()
    {
        using var cancelled = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<Exception>(() => Store.WriteAsync("uploads/t/a", new CancellingStream(cancelled, 9_000_000), cancelled.Token));

        var parts = await _client.ListMultipartUploadsAsync(_bucket, TestContext.Current.CancellationToken);
        Assert.Empty(parts.MultipartUploads ?? []);
    }

    [Fact]
    public async Task A_ping_lists_nothing_however_many_files_were_deleted()
    {
        var sent = new List<string>();
        _client.BeforeRequestEvent += (_, arguments) => sent.Add(((WebServiceRequestEventArgs)arguments).Request.GetType().Name);

        await Store.PingAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["HeadBucketRequest"], sent);
    }

    [Fact]
    public async Task A_ping_of_a_bucket_that_is_not_there_fails() =>
        await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => new S3FileStore(_client, $"{_bucket}-gone").PingAsync(TestContext.Current.CancellationToken));

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class CancellingStream(CancellationTokenSource source, int bytes) : MemoryStream(new byte[bytes])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer, cancellationToken);
            if (read == 0)
            {
                await source.CancelAsync();
                cancellationToken.ThrowIfCancellationRequested();
            }

            return read;
        }
    }
}
