using System.Text.Json;
using System.Text.RegularExpressions;
using StackExchange.Redis;
using VectorDb.Core.Tasks;

namespace VectorDb.Worker.Tests;

/// <summary>Worker processes on a real redis-server: what they do, and what survives whatever is done to them.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed partial class WorkerTests : IAsyncLifetime
{
    private RedisServer _redis = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _redis = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _redis.DisposeAsync();

    [Fact]
    public async Task An_upload_is_indexed_and_the_worker_tells_of_it()
    {
        await using var home = await IngestHome.OpenAsync(_redis.Port);
        await using var worker = await WorkerProcess.StartAsync(home.Environment);
        await worker.MetricsAsync();

        var task = await home.EndAsync(await home.UploadAsync(IngestHome.Csv(5_000) + "bad,\n"));

        Assert.Equal((TaskState.PartiallyCompleted, 5_001L, 5_000L, 1L), (task.State, task.Total, task.Succeeded, task.Failed));
        Assert.Equal(5_000, await home.CountAsync());
        using var health = JsonDocument.Parse(await worker.HealthAsync());
        Assert.Equal(("ok", "worker", "hashing-32"), (Text("status"), Text("service"), Text("embedder")));
        Assert.Contains("vectordb_records_indexed", await worker.MetricsAsync(), StringComparison.Ordinal);
        // A job tells of its end after the checkpoint that ends the task.
        string[] jobs = ["Chunk 0", "Chunk 1", "Chunk 2", "Splitting"];
        await Eventually.TrueAsync(() => Jobs().SequenceEqual(jobs), $"the log tells of {string.Join(", ", jobs)}");

        string? Text(string name) => health.RootElement.GetProperty(name).GetString();

        IEnumerable<string?> Jobs() => worker.Log.Where(static line => line.StartsWith('{'))
            .Select(static line => JsonDocument.Parse(line, new JsonDocumentOptions { AllowDuplicateProperties = false }).RootElement)
            .Where(line => line.TryGetProperty("taskId", out var id) && id.GetString() == task.Id && line.TryGetProperty("job", out _))
            .Select(static line => line.GetProperty("job").GetString()).Distinct().Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Kill_9_at_any_moment_loses_no_record_and_counts_none_twice()
    {
        const int Rows = 60_000;
        await using var home = await IngestHome.OpenAsync(_redis.Port, new Dictionary<string, string> { ["VECTORDB_WORKER_LEASE"] = "2" });
        var id = await home.UploadAsync(IngestHome.Csv(Rows) + "bad,\n");
        var kills = 0;
        foreach (var progress in (int[])[1, 15_000, 35_000, 55_000])
        {
            await using var worker = await WorkerProcess.StartAsync(home.Environment);
            var seen = await Eventually.ReturnsAsync(
                () => home.TaskAsync(id), task => task.Total >= progress || task.Succeeded >= progress || task.HasEnded, "the worker gets on", TimeSpan.FromSeconds(60));
            kills += seen.HasEnded ? 0 : 1;
            await worker.KillAsync();
        }

        await using var last = await WorkerProcess.StartAsync(home.Environment);
        var ended = await home.EndAsync(id);

        Assert.True(kills >= 2, $"only {kills} kills hit the ingest");
        Assert.Equal((TaskState.PartiallyCompleted, Rows + 1L, (long)Rows, 1L), (ended.State, ended.Total, ended.Succeeded, ended.Failed));
        Assert.Equal(Rows, await home.CountAsync());
        Assert.Single(await home.Tasks.ErrorsAsync(id, Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task Flushing_the_queue_in_the_middle_loses_nothing()
    {
        const int Rows = 60_000;
        await using var home = await IngestHome.OpenAsync(_redis.Port);
        await using var worker = await WorkerProcess.StartAsync(home.Environment);
        var id = await home.UploadAsync(IngestHome.Csv(Rows));
        await Eventually.TrueAsync(async () => (await home.TaskAsync(id)).Succeeded > 2_000, "the ingest is under way");

        await FlushAsync();

        var ended = await home.EndAsync(id);
        Assert.Equal((TaskState.Completed, (long)Rows, (long)Rows), (ended.State, ended.Total, ended.Succeeded));
        Assert.Equal(Rows, await home.CountAsync());
    }

    [Fact]
    public async Task Two_workers_share_the_work_and_do_none_of_it_twice()
    {
        await using var home = await IngestHome.OpenAsync(_redis.Port);
        await using var first = await WorkerProcess.StartAsync(home.Environment);
        await using var second = await WorkerProcess.StartAsync(home.Environment);

        var task = await home.EndAsync(await home.UploadAsync(IngestHome.Csv(30_000)));

        Assert.Equal((TaskState.Completed, 30_000L, 30_000L), (task.State, task.Total, task.Succeeded));
        Assert.Equal(30_000, await home.CountAsync());
        var (one, other) = (Chunks(first), Chunks(second));
        Assert.NotEmpty(one);
        Assert.NotEmpty(other);
        Assert.Empty(one.Intersect(other, StringComparer.Ordinal));

        static List<string> Chunks(WorkerProcess worker) =>
            [.. worker.Log.Select(static line => FinishedChunk().Match(line)).Where(static match => match.Success).Select(static match => match.Value)];
    }

    [Fact]
    public async Task A_terminated_worker_exits_with_0_and_another_finishes()
    {
        await using var home = await IngestHome.OpenAsync(_redis.Port);
        var id = await home.UploadAsync(IngestHome.Csv(60_000));
        await using (var worker = await WorkerProcess.StartAsync(home.Environment))
        {
            await Eventually.TrueAsync(async () => (await home.TaskAsync(id)).Succeeded > 2_000, "the ingest is under way");
            Assert.Equal(0, await worker.TerminateAsync());
        }

        await using var next = await WorkerProcess.StartAsync(home.Environment);
        Assert.Equal((TaskState.Completed, 60_000L), (await home.EndAsync(id) is var task ? (task.State, task.Succeeded) : default));
    }

    [Fact]
    public async Task A_queue_that_is_away_at_the_upload_only_delays_it()
    {
        await using var home = await IngestHome.OpenAsync(FreePort.Next());
        var id = await home.UploadAsync(IngestHome.Csv(10));
        Assert.False(await home.Queue.NudgeAsync(id, Cancel));

        await using var worker = await WorkerProcess.StartAsync(new Dictionary<string, string>(home.Environment) { ["VECTORDB_REDIS"] = $"127.0.0.1:{_redis.Port}" });

        Assert.Equal(TaskState.Completed, (await home.EndAsync(id)).State);
    }

    [Fact]
    public async Task The_queue_works_over_tls_with_a_password_and_checks_both()
    {
        using var folder = new TemporaryFolder();
        var certificates = TestCertificates.Make(folder.Path);
        await using var redis = await RedisServer.StartAsync("s3cret-password", certificates);
        var secure = new Dictionary<string, string>
        {
            ["VECTORDB_REDIS"] = $"127.0.0.1:{redis.Port}",
            ["VECTORDB_REDIS_TLS"] = "true",
            ["VECTORDB_REDIS_PASSWORD"] = "s3cret-password",
            ["VECTORDB_REDIS_CA"] = certificates.Authority,
        };
        await using var home = await IngestHome.OpenAsync(redis.Port, secure);
        await using var worker = await WorkerProcess.StartAsync(home.Environment);

        Assert.Equal(TaskState.Completed, (await home.EndAsync(await home.UploadAsync(IngestHome.Csv(100)))).State);
        foreach (var (name, value) in (KeyValuePair<string, string>[])[new("VECTORDB_REDIS_PASSWORD", "wrong"), new("VECTORDB_REDIS_CA", ""), new("VECTORDB_REDIS_TLS", "false")])
        {
            await using var wrong = await IngestHome.OpenAsync(redis.Port, new Dictionary<string, string>(secure) { [name] = value });
            Assert.False(await wrong.Queue.NudgeAsync("task", Cancel), name);
        }
    }

    [Fact]
    public async Task Its_own_time_limits_may_be_given_by_their_old_names()
    {
        await using var home = await IngestHome.OpenAsync(_redis.Port);
        await using var worker = await WorkerProcess.StartAsync(home.Environment, "--time-limit=1800", "--soft-time-limit=1740");

        Assert.Contains("\"status\":\"ok\"", await worker.HealthAsync(), StringComparison.Ordinal);
    }

    private async Task FlushAsync()
    {
        await using var admin = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_redis.Port},allowAdmin=true");
        await admin.GetServers()[0].FlushAllDatabasesAsync();
        // What a flush in the middle of a job can leave: a retry of something that is there no more, due in an hour.
        await admin.GetDatabase().SortedSetAddAsync("{vectordb}:schedule", "wreck", DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds());
    }

    [GeneratedRegex("Chunk [0-9]+ Finished")]
    private static partial Regex FinishedChunk();
}
