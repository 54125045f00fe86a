using Amazon.DynamoDBv2;
using Amazon.S3;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VectorDb.Core.Embeddings;
using VectorDb.Core.Ingest;
using VectorDb.Core.Stores;
using VectorDb.Core.Stores.Embedded;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Tests.Ingest;

/// <summary>Every client may read why records failed: what a dependency says of itself is in the log, and nowhere else.</summary>
public sealed class FailureReasonTests
{
    private const string Internal = "User: arn:aws:sts::123456789012:assumed-role/worker at db.internal:5432 is not authorized";

    private static readonly IngestOptions Impatient = new() { ChunkRecords = 10, MostAttempts = 2, LongestBackoff = TimeSpan.Zero };

    private readonly NotedLog _log = new();

    public static TheoryData<Exception, string> Failures => new()
    {
        { new EmbedderUnavailableException(Internal, TimeSpan.Zero), "The embeddings service could not be used" },
        { new StoreException(StoreFault.Full, Internal), "The vector store has no room" },
        { new StoreException(StoreFault.Unavailable, Internal), "The vector store could not be used" },
        { new AmazonDynamoDBException(Internal), "The ledger of tasks could not be used" },
        { new AmazonS3Exception(Internal), "The store of files could not be used" },
        { new IOException(Internal), "The store of files could not be used" },
        { new Amazon.Runtime.AmazonServiceException(Internal), "A service of AWS could not be used" },
        { new TimeoutException(Internal), "It took longer than it may" },
        { new InvalidOperationException(Internal), "Something failed in the worker" },
    };

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public async Task A_record_that_is_given_up_says_which_part_failed_and_where_the_reason_is(Exception failure, string part)
    {
        var embedder = new StubEmbedder { Before = (_, _) => throw failure };
        await using var pipeline = await StartAsync(embedder);
        var id = await pipeline.UploadAsync(Pipeline.Csv(3), new UploadOptions(OnError: OnError.Abort));

        var task = await pipeline.RunAsync(id);

        Assert.Equal($"Row 1: {part}; the log of the worker has the reason.", task.Error);
        await OnlyTheLogHasItAsync(pipeline, task, $"{part}; the log of the worker has the reason.");
    }

    [Fact]
    public async Task A_file_that_cannot_be_opened_does_not_say_where_it_lies()
    {
        await using var pipeline = await StartAsync(new StubEmbedder());
        var id = await pipeline.UploadAsync(Pipeline.Csv(3));
        var file = Assert.Single(Directory.GetFiles(Path.Combine(pipeline.Folder, "files"), "*", SearchOption.AllDirectories));
        File.Delete(file);
        Directory.CreateDirectory(file);

        var task = await pipeline.RunAsync(id);

        Assert.Equal("The file could not be read in 2 attempts. The store of files could not be used; the log of the worker has the reason.", task.Error);
        Assert.Contains(_log.Lines, line => line.Contains(file, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_record_that_could_not_be_written_on_the_last_attempt_says_no_more()
    {
        await using var pipeline = await StartAsync(new StubEmbedder(), services => services.AddSingleton(provider => Before.Call<IVectorStore>(
            provider.GetRequiredService<EmbeddedStore>(), nameof(IVectorStore.UpsertAsync), static _ => throw new StoreException(StoreFault.Unavailable, Internal))));
        var id = await pipeline.UploadAsync(Pipeline.Csv(3));

        var task = await pipeline.RunAsync(id);

        Assert.Equal(3, task.Failed);
        await OnlyTheLogHasItAsync(pipeline, task, "The record could not be stored: The vector store could not be used; the log of the worker has the reason.");
        Assert.Single(_log.Lines, static line => line.StartsWith("The record of row 1, and", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_text_that_is_left_because_the_account_is_out_of_quota_says_no_more()
    {
        await using var pipeline = await StartAsync(new StubEmbedder { Refused = "number", RefusedWith = Internal, RefusedFor = TimeSpan.FromMinutes(1) });
        var id = await pipeline.UploadAsync(Pipeline.Csv(3));

        var task = await pipeline.RunAsync(id);

        await OnlyTheLogHasItAsync(pipeline, task, "The embeddings service could not be used; the log of the worker has the reason.");
    }

    [Fact]
    public async Task What_the_embeddings_service_has_against_a_text_is_told()
    {
        await using var pipeline = await StartAsync(new StubEmbedder { Refused = "number 2", RefusedWith = "The embeddings service refused the text. 400: It is too long." });
        var id = await pipeline.UploadAsync(Pipeline.Csv(3));

        await pipeline.RunAsync(id);

        Assert.Equal("The embeddings service refused the text. 400: It is too long.", Assert.Single(await pipeline.ErrorsAsync(id)).Reason);
    }

    private Task<Pipeline> StartAsync(ITextEmbedder embedder, Action<IServiceCollection>? more = null) => Pipeline.StartAsync(Impatient, embedder, services =>
    {
        services.AddLogging(logging => logging.AddProvider(_log));
        more?.Invoke(services);
    });

    private async Task OnlyTheLogHasItAsync(Pipeline pipeline, IngestTask task, string reason)
    {
        var errors = await pipeline.ErrorsAsync(task.Id);
        Assert.NotEmpty(errors);
        Assert.Contains(errors, error => error.Reason == reason);
        Assert.DoesNotContain(errors, static error => error.Reason.Contains("arn:aws", StringComparison.Ordinal));
        Assert.DoesNotContain("arn:aws", task.Error ?? "", StringComparison.Ordinal);
        Assert.Contains(_log.Lines, static line => line.Contains(Internal, StringComparison.Ordinal));
    }
}
