using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using VectorDb.Core.Tasks;
using VectorDb.Core.Tasks.Dynamo;

namespace VectorDb.Core.Tests.Tasks;

[Trait(Suites.Trait, Suites.Full)]
public sealed class DynamoLedgerTests(SharedMoto moto) : LedgerConformance, IClassFixture<SharedMoto>, IAsyncLifetime
{
    private readonly string _table = $"tasks-{Guid.NewGuid():N}";
    private AmazonDynamoDBClient _client = null!;
    private ITaskLedger _tasks = null!;
    private IChunkLedger _chunks = null!;

    private protected override ITaskLedger Tasks => _tasks;

    private protected override IChunkLedger Chunks => _chunks;

    // When the emulator refuses a transaction it puts the whole table back as it was before, and with it what others have written meanwhile.
    private protected override int RetriesAtOnce => 1;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _client = new AmazonDynamoDBClient(SharedMoto.Credentials, new AmazonDynamoDBConfig { ServiceURL = moto.Endpoint, AuthenticationRegion = SharedMoto.Region });
        // The table as terraform/modules/storage makes it.
        await _client.CreateTableAsync(
            new CreateTableRequest
            {
                TableName = _table,
                BillingMode = BillingMode.PAY_PER_REQUEST,
                AttributeDefinitions = [.. ((string[])["pk", "sk", "gsi1pk", "gsi1sk"]).Select(name => new AttributeDefinition(name, ScalarAttributeType.S))],
                KeySchema = [new KeySchemaElement("pk", KeyType.HASH), new KeySchemaElement("sk", KeyType.RANGE)],
                GlobalSecondaryIndexes =
                [
                    new GlobalSecondaryIndex
                    {
                        IndexName = "gsi1",
                        KeySchema = [new KeySchemaElement("gsi1pk", KeyType.HASH), new KeySchemaElement("gsi1sk", KeyType.RANGE)],
                        Projection = new Projection { ProjectionType = ProjectionType.ALL },
                    },
                ],
            },
            TestContext.Current.CancellationToken);
        var table = new DynamoTable(_client, _table);
        _tasks = new DynamoTaskLedger(table, Time);
        _chunks = new DynamoChunkLedger(table, new DynamoHousekeeping(table, Time), Time);
    }

    [Fact]
    public async Task An_id_that_the_table_would_refuse_for_its_length_is_that_of_no_task()
    {
        // The emulator takes keys of any length.
        var refusing = Without.Call<IAmazonDynamoDB>(
            _client, nameof(IAmazonDynamoDB.GetItemAsync), new AmazonDynamoDBException("Size of hashkey has exceeded the maximum size limit of 2048 bytes"));

        Assert.Null(await new DynamoTaskLedger(new DynamoTable(refusing, _table), Time).FindAsync(new string('x', 5_000), Cancel));
    }

    [Fact]
    public async Task A_request_that_ends_after_the_commit_still_gets_its_task()
    {
        using var request = new CancellationTokenSource();
        _client.AfterResponseEvent += (_, arguments) =>
        {
            if (arguments is Amazon.Runtime.WebServiceResponseEventArgs { Request: TransactWriteItemsRequest })
            {
                request.Cancel();
            }
        };

        var task = await Tasks.CreateAsync(new NewTask("t", "docs", "uploads/t/a", new UploadOptions(), IdempotencyKey: null, "h"), request.Token);

        Assert.True(request.IsCancellationRequested);
        Assert.Equal("t", task.Id);
    }

    [Fact]
    public async Task A_look_at_the_newest_task_does_not_read_all_of_them()
    {
        for (var i = 0; i < 5; i++)
        {
            await Tasks.CreateAsync(new NewTask($"t{i}", "docs", $"uploads/t{i}/a", new UploadOptions(), IdempotencyKey: null, "h"), Cancel);
            Time.Advance(TimeSpan.FromSeconds(1));
        }

        var read = Answers<QueryResponse>();
        var page = await Tasks.ListAsync(1, cursor: null, collection: null, Cancel);

        Assert.Equal("t4", Assert.Single(page.Items).Id);
        Assert.Equal(2, Assert.Single(read).Items.Count);
    }

    [Fact]
    public async Task A_lease_is_not_lost_to_a_transaction_that_has_the_task_for_a_moment()
    {
        await Tasks.CreateAsync(new NewTask("t", "docs", "uploads/t/a", new UploadOptions(), IdempotencyKey: null, "h"), Cancel);
        var conflicts = 0;
        _client.BeforeRequestEvent += (_, arguments) =>
        {
            // The first two times of every three.
            if (arguments is Amazon.Runtime.WebServiceRequestEventArgs { Request: UpdateItemRequest } && ++conflicts % 3 != 0)
            {
                throw new TransactionConflictException("Transaction is ongoing for the item");
            }
        };

        var claim = await Chunks.ClaimSplitAsync("t", TimeSpan.FromMinutes(1), Cancel);
        Assert.NotNull(claim);
        Assert.True(await Chunks.RenewAsync("t", number: null, claim.Lease, TimeSpan.FromMinutes(1), Cancel));
        Assert.True(await Chunks.FinishSplitAsync(claim, Cancel));
        Assert.Equal(9, conflicts);
    }

    [Fact]
    public async Task A_purge_forgets_errors_without_reading_them()
    {
        var claim = await Chunks.ClaimSplitAsync((await Tasks.CreateAsync(new NewTask("t", "docs", "uploads/t/a", new UploadOptions(), IdempotencyKey: null, "h"), Cancel)).Id, TimeSpan.FromMinutes(1), Cancel);
        await Chunks.AddChunkAsync(claim!, new NewChunk(0, "", 0, [.. Enumerable.Range(1, 1_000).Select(static row => new RecordError(row, null, "bad"))]), Cancel);
        await Chunks.AddChunkAsync(claim!, new NewChunk(0, "", 0, [.. Enumerable.Range(1_001, 1_000).Select(static row => new RecordError(row, null, "bad"))]), Cancel);
        await Chunks.FinishSplitAsync(claim!, Cancel);
        var read = Answers<QueryResponse>();

        Assert.Equal(1, (await Chunks.PurgeAsync(Time.GetUtcNow(), 10, Cancel)).Count);

        Assert.Equal(40, read.SelectMany(static page => page.Items).Count(static item => item["pk"].S == "errors#t"));
        Assert.DoesNotContain(read.SelectMany(static page => page.Items), static item => item.ContainsKey("errors"));
        Assert.Empty(await Tasks.ErrorsAsync("t", Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task A_purge_cut_short_leaves_a_task_its_idempotency_key_until_it_is_forgotten_itself()
    {
        var upload = new NewTask("t", "docs", "uploads/t/a", new UploadOptions(), IdempotencyKey: "k", "h");
        await Tasks.CreateAsync(upload, Cancel);
        await Tasks.CancelAsync("t", Cancel);
        var isCut = true;
        _client.BeforeRequestEvent += (_, arguments) =>
        {
            if (isCut && arguments is Amazon.Runtime.WebServiceRequestEventArgs { Request: TransactWriteItemsRequest })
            {
                throw new OperationCanceledException();
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Chunks.PurgeAsync(Time.GetUtcNow(), 10, Cancel));

        isCut = false;
        Assert.Equal("t", (await Tasks.CreateAsync(upload with { Id = "again" }, Cancel)).Id);
        Assert.Equal(1, (await Chunks.PurgeAsync(Time.GetUtcNow(), 10, Cancel)).Count);
        Assert.Equal("again", (await Tasks.CreateAsync(upload with { Id = "again" }, Cancel)).Id);
    }

    [Fact]
    public async Task A_key_whose_task_is_gone_is_free_for_any_upload()
    {
        var upload = new NewTask("t", "docs", "uploads/t/a", new UploadOptions(), IdempotencyKey: "k", "h");
        await Tasks.CreateAsync(upload, Cancel);
        // As a purge of an earlier release left it that was cut short.
        await _client.DeleteItemAsync(_table, new() { ["pk"] = new("task#t"), ["sk"] = new("task") }, Cancel);
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        soon.CancelAfter(TimeSpan.FromSeconds(30));

        Assert.Equal("other", (await Tasks.CreateAsync(upload with { Id = "other", ContentHash = "i" }, soon.Token)).Id);
        Assert.Equal("other", (await Tasks.CreateAsync(upload with { Id = "again", ContentHash = "i" }, soon.Token)).Id);
        await Assert.ThrowsAsync<IdempotencyConflictException>(() => Tasks.CreateAsync(upload, soon.Token));
    }

    [Fact]
    public async Task A_purge_that_is_told_of_a_task_whose_key_has_gone_to_another_leaves_that_its_key()
    {
        var upload = new NewTask("t", "docs", "uploads/t/a", new UploadOptions(), IdempotencyKey: "k", "h");
        await Tasks.CreateAsync(upload, Cancel);
        await Tasks.CancelAsync("t", Cancel);
        // What the index of the table tells may be some moments old: by then another has purged the task.
        var told = (await _client.GetItemAsync(_table, Key("task#t", "task"), Cancel)).Item;
        await _client.DeleteItemAsync(_table, Key("task#t", "task"), Cancel);
        Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("other", (await Tasks.CreateAsync(upload with { Id = "other" }, Cancel)).Id);
        await _client.PutItemAsync(_table, told, Cancel);

        Assert.Equal(1, (await Chunks.PurgeAsync(Time.GetUtcNow() - TimeSpan.FromMinutes(1), 10, Cancel)).Count);

        Assert.Null(await Tasks.FindAsync("t", Cancel));
        Assert.Equal("other", (await Tasks.CreateAsync(upload with { Id = "again" }, Cancel)).Id);

        static Dictionary<string, AttributeValue> Key(string pk, string sk) => new() { ["pk"] = new(pk), ["sk"] = new(sk) };
    }

    /// <summary>Those that arrive from now on.</summary>
    private List<T> Answers<T>()
    {
        var answers = new List<T>();
        _client.AfterResponseEvent += (_, arguments) =>
        {
            if (arguments is Amazon.Runtime.WebServiceResponseEventArgs { Response: T answer })
            {
                answers.Add(answer);
            }
        };
        return answers;
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
