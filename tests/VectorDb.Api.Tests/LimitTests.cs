using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VectorDb.Api.Json;
using VectorDb.Api.Limits;
using VectorDb.Core.Collections;
using VectorDb.Core.Embeddings;
using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;

namespace VectorDb.Api.Tests;

public sealed class LimitTests
{
    [Fact]
    public async Task Too_many_requests_are_429_with_the_seconds_to_wait_but_health_is_never()
    {
        await using var api = await ApiHost.StartAsync("--VECTORDB_LIMIT_REQUESTS_PER_SECOND=1", "--VECTORDB_LIMIT_REQUEST_BURST=3");

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => api.GetAsync("/api/v1/collections")));

        var refused = answers.Last(static answer => answer.Status != HttpStatusCode.OK);
        refused.Problem(HttpStatusCode.TooManyRequests);
        Assert.InRange(int.Parse(refused.Headers.GetValues("Retry-After").Single()), 1, 10);
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync("/health")).Status);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413_whether_or_not_it_says_its_length()
    {
        await using var api = await ApiHost.StartAsync("--VECTORDB_LIMIT_BODY_BYTES=2000", "--VECTORDB_LIMIT_UPLOAD_BYTES=4000");
        var collection = await api.CollectionAsync();
        var json = $$"""{"records":[{"id":"a","text":"{{new string('x', 3000)}}"}]}""";
        using var chunked = new StreamContent(new UnknownLength(Encoding.UTF8.GetBytes(json)));
        chunked.Headers.ContentType = new("application/json");
        using var upload = new StringContent(new string('x', 3000), Encoding.UTF8, "text/plain");
        using var largeUpload = new StringContent(new string('x', 5000), Encoding.UTF8, "text/plain");

        (await api.PutAsync($"/api/v1/collections/{collection}/records", json)).Problem(HttpStatusCode.RequestEntityTooLarge);
        (await api.SendAsync(HttpMethod.Put, $"/api/v1/collections/{collection}/records", chunked)).Problem(HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal(HttpStatusCode.Accepted, (await api.SendAsync(HttpMethod.Post, $"/api/v1/collections/{collection}/uploads", upload)).Status);
        (await api.SendAsync(HttpMethod.Post, $"/api/v1/collections/{collection}/uploads", largeUpload)).Problem(HttpStatusCode.RequestEntityTooLarge);
        using var form = new MultipartFormDataContent { { new StringContent(new string('x', 5000)), "file", "a.txt" } };
        (await api.SendAsync(HttpMethod.Post, $"/api/v1/collections/{collection}/uploads", form)).Problem(HttpStatusCode.RequestEntityTooLarge);
        using var chunkedForm = new MultipartFormDataContent { { new StreamContent(new UnknownLength(new byte[5000])), "file", "a.txt" } };
        (await api.SendAsync(HttpMethod.Post, $"/api/v1/collections/{collection}/uploads", chunkedForm)).Problem(HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(26)]
    [InlineData(10_000)]
    [InlineData(1_000_000)]
    public void The_rate_is_the_one_configured(int perSecond)
    {
        var bucket = RequestLimits.Bucket(perSecond, burst: 20);

        Assert.Equal(perSecond, bucket.TokensPerPeriod / bucket.ReplenishmentPeriod.TotalSeconds, perSecond * 1e-5);
        Assert.InRange(bucket.ReplenishmentPeriod.TotalSeconds, 0.1, 1);
    }

    [Fact]
    public async Task Bodies_that_find_no_room_beside_others_are_503_but_small_ones_go_on()
    {
        const int Room = 200 * 1024;
        await using var api = await ApiHost.StartAsync(static services => services.AddSingleton(new BodyMemory(Room, TimeSpan.FromMilliseconds(200))));
        var records = $"/api/v1/collections/{await api.CollectionAsync()}/records";
        var large = $$"""{"records":[{"id":"a","text":"{{new string('x', 100 * 1024)}}"}]}""";
        var others = await api.Services.GetRequiredService<BodyMemory>().TakeAsync(Room, TestContext.Current.CancellationToken);

        var refused = await api.PutAsync(records, large);
        var small = await api.PutAsync(records, """{"records":[{"id":"b","text":"small"}]}""");
        others.Dispose();
        var taken = await api.PutAsync(records, large);

        refused.Problem(HttpStatusCode.ServiceUnavailable);
        Assert.Equal("1", refused.Headers.GetValues("Retry-After").Single());
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (small.Status, taken.Status));
    }

    [Fact]
    public async Task A_body_waits_for_room_and_gives_back_what_it_took()
    {
        await using var api = await ApiHost.StartAsync(static services => services.AddSingleton(new BodyMemory(300 * 1024, TimeSpan.FromSeconds(20))));
        var records = $"/api/v1/collections/{await api.CollectionAsync()}/records";
        var json = Encoding.UTF8.GetBytes($$"""{"records":[{"id":"a","text":"{{new string('x', 80 * 1024)}}"}]}""");

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(async n =>
        {
            // Every other one does not say its length, and so takes its room bit by bit.
            using HttpContent content = n % 2 == 0 ? new ByteArrayContent(json) : new StreamContent(new UnknownLength(json));
            content.Headers.ContentType = new("application/json");
            return (await api.SendAsync(HttpMethod.Put, records, content)).Status;
        }));

        Assert.All(answers, static status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task A_body_that_is_announced_and_does_not_come_takes_no_room_from_others()
    {
        const int Room = 1024 * 1024;
        using var memory = new BodyMemory(Room, TimeSpan.FromSeconds(5));
        var (announced, reading) = Begin(memory, length: Room - 1);
        await announced.WriteAsync(new byte[1], TestContext.Current.CancellationToken);

        (await memory.TakeAsync(Room, TestContext.Current.CancellationToken)).Dispose();

        Assert.False(reading.IsCompleted);
        await announced.CompleteAsync();
        (await reading).Dispose();
    }

    [Fact]
    public async Task Bodies_that_need_more_than_there_is_while_they_come_get_it_one_after_the_other()
    {
        const int Length = 400 * 1024;
        using var memory = new BodyMemory(512 * 1024, TimeSpan.FromSeconds(5));
        var bodies = Enumerable.Range(0, 3).Select(_ => Begin(memory, Length)).ToList();
        // Each has its share before any has all of it, and none gives its share back before it has been read.
        foreach (var part in new[] { 100 * 1024, 100 * 1024, 200 * 1024 })
        {
            foreach (var (body, _) in bodies)
            {
                await body.WriteAsync(Enumerable.Repeat((byte)' ', part).ToArray(), TestContext.Current.CancellationToken);
            }
        }

        await Task.WhenAll(bodies.Select(static async body =>
        {
            await body.Writer.CompleteAsync();
            using var read = await body.Reading;
            Assert.Equal(Length, read.Span.Length);
        }));

        (await memory.TakeAsync(512 * 1024, TestContext.Current.CancellationToken)).Dispose();
    }

    [Fact]
    public async Task The_largest_limit_that_can_be_set_takes_bodies_of_any_kind()
    {
        await using var api = await ApiHost.StartAsync($"--VECTORDB_LIMIT_BODY_BYTES={1L << 31}");
        var records = $"/api/v1/collections/{await api.CollectionAsync()}/records";
        using var chunked = new StreamContent(new UnknownLength(Encoding.UTF8.GetBytes($$"""{"records":[{"id":"a","text":"{{new string('x', 1_000_000)}}"}]}""")));
        chunked.Headers.ContentType = new("application/json");

        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Put, records, chunked)).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.PutAsync(records, """{"records":[{"id":"b","text":"small"}]}""")).Status);
    }

    [Fact]
    [Trait(Suites.Trait, Suites.Full)]
    public async Task A_request_that_takes_too_long_is_504()
    {
        await using var api = await ApiHost.StartAsync(
            static services => services.AddSingleton<ITextEmbedder, EndlessEmbedder>(), "--VECTORDB_LIMIT_REQUEST_SECONDS=1");
        var collection = await CollectionAsync(api);

        (await api.PostAsync($"/api/v1/collections/{collection}/search", """{"text":"hello"}""")).Problem(HttpStatusCode.GatewayTimeout);
    }

    [Fact]
    [Trait(Suites.Trait, Suites.Full)]
    public async Task A_batch_that_comes_over_a_slow_line_has_time_for_its_way()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var api = await ApiHost.StartAsync(
            static services => services.AddSingleton<ITextEmbedder, EndlessEmbedder>(), "--VECTORDB_LIMIT_REQUEST_SECONDS=1");
        var collection = await CollectionAsync(api);
        var pipe = new Pipe();
        using var content = new StreamContent(pipe.Reader.AsStream());
        content.Headers.ContentType = new("application/json");
        var sending = api.SendAsync(HttpMethod.Put, $"/api/v1/collections/{collection}/records", content);
        await pipe.Writer.WriteAsync("""{"records":[{"id":"a","vector":["""u8.ToArray(), cancellationToken);

        // The rest of it comes when a request that began later has run out of its time.
        (await api.PostAsync($"/api/v1/collections/{collection}/search", """{"text":"hello"}""")).Problem(HttpStatusCode.GatewayTimeout);
        await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes($"{string.Join(',', Enumerable.Repeat(1, 64))}]}}]}}"), cancellationToken);
        await pipe.Writer.CompleteAsync();

        Assert.Equal(HttpStatusCode.OK, (await sending).Status);
    }

    [Fact]
    [Trait(Suites.Trait, Suites.Full)]
    public async Task A_long_list_of_errors_reaches_a_slow_client_whole()
    {
        const int Errors = 20_000;
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var api = await ApiHost.StartAsync(
            static services => services.AddSingleton<ITextEmbedder, EndlessEmbedder>(), "--VECTORDB_LIMIT_REQUEST_SECONDS=1");
        var collection = await CollectionAsync(api);
        using var content = new StringContent("id,text\na,b\n", Encoding.UTF8, "text/csv");
        var id = (await api.SendAsync(HttpMethod.Post, $"/api/v1/collections/{collection}/uploads", content)).Json.GetProperty("taskId").GetString()!;
        await FailAsync(api.Services.GetRequiredService<IChunkLedger>(), id, Errors, cancellationToken);

        using var answer = await api.Http.GetAsync($"/api/v1/tasks/{id}/errors", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        // Nothing of it is read until a request that began later has run out of its time.
        (await api.PostAsync($"/api/v1/collections/{collection}/search", """{"text":"hello"}""")).Problem(HttpStatusCode.GatewayTimeout);
        var lines = (await answer.Content.ReadAsStringAsync(cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(Errors, lines.Length);
    }

    [Fact]
    [Trait(Suites.Trait, Suites.Full)]
    public async Task A_client_that_leaves_in_the_middle_of_an_answer_is_no_error_of_the_service()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var log = new NotedLog();
        await using (var api = await ApiHost.StartAsync(services => services.AddSingleton<ILoggerProvider>(log)))
        {
            using var content = new StringContent("id,text\na,b\n", Encoding.UTF8, "text/csv");
            var id = (await api.SendAsync(HttpMethod.Post, $"/api/v1/collections/{await CollectionAsync(api)}/uploads", content)).Json.GetProperty("taskId").GetString()!;
            await FailAsync(api.Services.GetRequiredService<IChunkLedger>(), id, errors: 20_000, cancellationToken);

            using var http = new HttpClient { BaseAddress = api.Http.BaseAddress };
            using (await http.GetAsync($"/api/v1/tasks/{id}/errors", HttpCompletionOption.ResponseHeadersRead, cancellationToken))
            {
                // More than the buffers on the way hold: the rest is never read.
            }

            // The end of the service waits for that of the request.
        }

        Assert.DoesNotContain(log.Lines, static line => line.Contains("unhandled", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A JSON body that says its length and comes as it is written.</summary>
    private static (PipeWriter Writer, Task<JsonBody> Reading) Begin(BodyMemory memory, int length)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddSingleton(memory).BuildServiceProvider() };
        context.Request.ContentType = "application/json";
        context.Request.ContentLength = length;
        context.Request.Body = pipe.Reader.AsStream();
        return (pipe.Writer, JsonBody.ReadAsync(context.Request, TestContext.Current.CancellationToken));
    }

    /// <summary>Past the API, whose time for a request is short here.</summary>
    private static async Task<string> CollectionAsync(ApiHost api)
    {
        await api.Services.GetRequiredService<IVectorStore>().CreateAsync(new CollectionSpec("c", 64, Metric.Cosine), TestContext.Current.CancellationToken);
        return "c";
    }

    private static async Task FailAsync(IChunkLedger ledger, string task, int errors, CancellationToken cancellationToken)
    {
        var split = (await ledger.ClaimSplitAsync(task, TimeSpan.FromMinutes(1), cancellationToken))!;
        await ledger.AddChunkAsync(split, new NewChunk(0, "chunk", errors, []), cancellationToken);
        await ledger.FinishSplitAsync(split, cancellationToken);
        var chunk = (await ledger.ClaimChunkAsync(task, 0, TimeSpan.FromMinutes(1), cancellationToken))!;
        RecordError[] failed = [.. Enumerable.Range(1, errors).Select(static row => new RecordError(row, null, new string('x', 1_000)))];
        await ledger.CheckpointAsync(chunk, new ChunkProgress(errors, Succeeded: 0, failed), cancellationToken);
    }

    private sealed class EndlessEmbedder : ITextEmbedder
    {
        public string Name => "endless";

        public int Dimension => 64;

        public async Task<IReadOnlyList<EmbeddingOutcome>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return [];
        }
    }

    private sealed class UnknownLength(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }
}
