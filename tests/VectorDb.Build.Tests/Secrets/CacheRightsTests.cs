using Hangfire;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using VectorDb.Build.Secrets;
using VectorDb.Core.Configuration;
using VectorDb.Core.Queue;

namespace VectorDb.Build.Tests.Secrets;

/// <summary>The queue on a real server, as a user with the rights that a release gives in ElastiCache.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class CacheRightsTests
{
    private const string Password = "a-password-of-the-test";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_queue_works_with_these_rights_and_the_server_itself_stays_out_of_reach()
    {
        await using var redis = await RedisServer.StartAsync();
        await using (var owner = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{redis.Port}"))
        {
            await owner.GetDatabase().ExecuteAsync("ACL", ["SETUSER", "default", "reset", $">{Password}", .. CachePassword.Rights.Split(' ')]);
        }

        await using var services = new ServiceCollection().AddLogging().AddTaskQueue(Settings(redis.Port)).BuildServiceProvider();
        var storage = services.GetRequiredService<JobStorage>();
        var queued = new BackgroundJobClient(storage).Enqueue(() => Console.Out.Flush());

        Assert.Equal(1, storage.GetMonitoringApi().GetStatistics().Enqueued);
        using (var connection = storage.GetConnection())
        {
            connection.AnnounceServer("one", new Hangfire.Server.ServerContext { Queues = ["default"], WorkerCount = 1 });
            using (connection.AcquireDistributedLock("lock", TimeSpan.FromSeconds(5)))
            {
                using var fetched = connection.FetchNextJob(["default"], Token);
                Assert.Equal(queued, fetched.JobId);
                fetched.RemoveFromQueue();
            }
        }

        await using var client = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{redis.Port},password={Password},allowAdmin=true");
        foreach (var command in new[] { "FLUSHALL", "SHUTDOWN", "KEYS *", "CONFIG GET *", "ACL LIST" })
        {
            var refused = await Assert.ThrowsAsync<RedisServerException>(() => client.GetDatabase().ExecuteAsync(command.Split(' ')[0], [.. command.Split(' ').Skip(1)]));
            Assert.Contains("NOPERM", refused.Message, StringComparison.Ordinal);
        }
    }

    private static ApplicationSettings Settings(int port) => ApplicationSettings.Load(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["VECTORDB_REDIS"] = $"127.0.0.1:{port}",
        ["VECTORDB_REDIS_PASSWORD"] = Password,
    }).Build());
}
