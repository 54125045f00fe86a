using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using VectorDb.Core.Tasks;

namespace VectorDb.Api.Tests;

public sealed class TaskTests(ApiHost api) : IClassFixture<ApiHost>
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_task_tells_its_state_and_counts()
    {
        var id = await UploadAsync();

        var pending = (await api.GetAsync($"/api/v1/tasks/{id}")).Json;
        await WorkAsync(id, succeeded: 2, new RecordError(3, "c", "the text is empty"));
        var ended = (await api.GetAsync($"/api/v1/tasks/{id}")).Json;

        Assert.Equal("pending", pending.GetProperty("state").GetString());
        Assert.Equal("Null", pending.GetProperty("startedAt").ValueKind.ToString());
        Assert.Equal("partially_completed", ended.GetProperty("state").GetString());
        Assert.Equal((3, 2, 1), (ended.GetProperty("total").GetInt32(), ended.GetProperty("succeeded").GetInt32(), ended.GetProperty("failed").GetInt32()));
        Assert.Equal(0, ended.GetProperty("etaSeconds").GetInt32());
        Assert.True(ended.GetProperty("ratePerSecond").GetDouble() > 0);
    }

    [Fact]
    public async Task An_empty_cursor_is_the_first_page_of_any_list()
    {
        var id = await UploadAsync();
        var collection = (await api.GetAsync($"/api/v1/tasks/{id}")).Json.GetProperty("collection").GetString();

        Assert.Equal(id, (await api.GetAsync($"/api/v1/tasks?collection={collection}&cursor=")).Json.GetProperty("items")[0].GetProperty("taskId").GetString());
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync("/api/v1/collections?cursor=")).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync($"/api/v1/collections/{collection}/records?cursor=")).Status);
    }

    [Fact]
    public async Task Errors_are_JSON_lines()
    {
        var id = await UploadAsync();
        await WorkAsync(id, succeeded: 0, new RecordError(1, "a", "first"), new RecordError(2, null, "second"));

        var answer = await api.GetAsync($"/api/v1/tasks/{id}/errors");

        Assert.Equal("application/x-ndjson", answer.ContentType);
        Assert.Equal("""
            {"row":1,"id":"a","reason":"first"}
            {"row":2,"id":null,"reason":"second"}

            """, answer.Body);
    }

    [Fact]
    public async Task The_failed_records_of_an_ended_task_can_be_tried_again_as_a_new_task()
    {
        var id = await UploadAsync();
        (await api.PostAsync($"/api/v1/tasks/{id}/retry")).Problem(HttpStatusCode.Conflict);
        await WorkAsync(id, succeeded: 1, new RecordError(2, "b", "no"));

        var again = await api.PostAsync($"/api/v1/tasks/{id}/retry");

        Assert.Equal(HttpStatusCode.Accepted, again.Status);
        var task = (await api.GetAsync(again.Headers.Location!.ToString())).Json;
        Assert.Equal(id, task.GetProperty("retryOf").GetString());
        Assert.NotEqual(id, task.GetProperty("taskId").GetString());
    }

    [Fact]
    public async Task A_pending_task_can_be_cancelled_twice_but_an_ended_one_cannot()
    {
        var (open, ended) = (await UploadAsync(), await UploadAsync());
        await WorkAsync(ended, succeeded: 1);

        var first = await api.PostAsync($"/api/v1/tasks/{open}/cancel");
        var second = await api.PostAsync($"/api/v1/tasks/{open}/cancel");

        Assert.Equal("cancelled", first.Json.GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.OK, second.Status);
        (await api.PostAsync($"/api/v1/tasks/{ended}/cancel")).Problem(HttpStatusCode.Conflict);
        (await api.PostAsync($"/api/v1/tasks/{ended}/retry")).Problem(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task The_list_is_newest_first_and_can_be_limited_to_a_collection()
    {
        var collection = await api.CollectionAsync();
        var made = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            made.Insert(0, await UploadAsync(collection));
        }

        var page = (await api.GetAsync($"/api/v1/tasks?collection={collection}&limit=2")).Json;
        var rest = (await api.GetAsync($"/api/v1/tasks?collection={collection}&limit=2&cursor={Uri.EscapeDataString(page.GetProperty("nextCursor").GetString()!)}")).Json;

        var seen = page.GetProperty("items").EnumerateArray().Concat(rest.GetProperty("items").EnumerateArray());
        Assert.Equal(made, seen.Select(static task => task.GetProperty("taskId").GetString()!));
        Assert.Null(rest.GetProperty("nextCursor").GetString());
    }

    [Theory]
    [InlineData("GET", "/api/v1/tasks/none")]
    [InlineData("GET", "/api/v1/tasks/none/errors")]
    [InlineData("GET", "/api/v1/tasks/%27%20or%201=1")]
    [InlineData("POST", "/api/v1/tasks/none/cancel")]
    [InlineData("POST", "/api/v1/tasks/none/retry")]
    public async Task A_task_that_is_not_there_is_404(string method, string path) =>
        (await api.SendAsync(new HttpMethod(method), path, (string?)null)).Problem(HttpStatusCode.NotFound);

    [Fact]
    public async Task A_cursor_that_nobody_gave_out_is_400() =>
        (await api.GetAsync("/api/v1/tasks?cursor=nonsense!")).Invalid("cursor");

    private async Task<string> UploadAsync(string? collection = null)
    {
        using var content = new StringContent("id,text\na,b\n", Encoding.UTF8, "text/csv");
        var answer = await api.SendAsync(HttpMethod.Post, $"/api/v1/collections/{collection ?? await api.CollectionAsync()}/uploads", content);
        return answer.Json.GetProperty("taskId").GetString()!;
    }

    /// <summary>What a worker books.</summary>
    private async Task WorkAsync(string id, int succeeded, params RecordError[] errors)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var ledger = api.Services.GetRequiredService<IChunkLedger>();
        var split = (await ledger.ClaimSplitAsync(id, Lease, cancellationToken))!;
        await ledger.AddChunkAsync(split, new NewChunk(0, "chunk", succeeded + errors.Length, []), cancellationToken);
        await ledger.FinishSplitAsync(split, cancellationToken);
        var chunk = (await ledger.ClaimChunkAsync(id, 0, Lease, cancellationToken))!;
        var claimed = Stopwatch.StartNew();
        await Eventually.TrueAsync(() => claimed.ElapsedMilliseconds > 1, "the ledger, which keeps milliseconds, sees that time has passed");
        await ledger.CheckpointAsync(chunk, new ChunkProgress(succeeded + errors.Length, succeeded, errors), cancellationToken);
    }
}
