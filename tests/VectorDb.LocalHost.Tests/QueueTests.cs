using StackExchange.Redis;
using VectorDb.LocalHost.Tests.Hosting;

namespace VectorDb.LocalHost.Tests;

[Trait(Suites.Trait, Suites.Full)]
public sealed class QueueTests : IDisposable
{
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Every_acknowledged_write_survives_a_kill_of_the_host()
    {
        var acknowledged = 0;
        await using (var host = await RunningHost.StartAsync(_home))
        {
            await using var queue = await ConnectAsync(host);
            var database = queue.GetDatabase();
            var writing = Task.Run(async () =>
            {
                try
                {
                    while (true)
                    {
                        await database.ListLeftPushAsync("jobs", acknowledged);
                        await database.HashSetAsync("job", acknowledged, "state");
                        await database.SortedSetAddAsync("schedule", acknowledged, acknowledged);
                        acknowledged++;
                    }
                }
                catch (Exception gone) when (gone is RedisException or RedisTimeoutException)
                {
                    // The host has been killed.
                }
            }, TestContext.Current.CancellationToken);
            await Eventually.TrueAsync(() => acknowledged > 500, "writes are acknowledged", TimeSpan.FromMinutes(2));
            await host.KillAsync();
            await writing;
        }

        await using var next = await RunningHost.StartAsync(_home);
        await using var recovered = await ConnectAsync(next);
        var kept = recovered.GetDatabase();
        Assert.InRange(await kept.ListLengthAsync("jobs"), acknowledged, acknowledged + 1);
        Assert.InRange(await kept.HashLengthAsync("job"), acknowledged, acknowledged + 1);
        Assert.InRange(await kept.SortedSetLengthAsync("schedule"), acknowledged, acknowledged + 1);
    }

    [Fact]
    public async Task Nobody_is_served_without_the_password()
    {
        await using var host = await RunningHost.StartAsync(_home);
        await using var stranger = await ConnectionMultiplexer.ConnectAsync(Options((await host.StatusAsync()).Queue.Port, password: null));
        await Assert.ThrowsAnyAsync<RedisException>(() => stranger.GetDatabase().StringSetAsync("key", "value"));
        var secret = _home.File("secrets", "VECTORDB_REDIS_PASSWORD");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(secret));
        var password = await File.ReadAllTextAsync(secret, TestContext.Current.CancellationToken);
        Assert.All(
            [.. Directory.GetFiles(_home.File("logs")), .. Directory.GetFiles(_home.File("run"), "*.json")],
            file => Assert.DoesNotContain(password, File.ReadAllText(file), StringComparison.Ordinal));
    }

    private static ConfigurationOptions Options(int port, string? password) =>
        new() { EndPoints = { { "127.0.0.1", port } }, Password = password, AbortOnConnectFail = false, ConnectTimeout = 2000, AsyncTimeout = 30_000, AllowAdmin = true };

    private async Task<ConnectionMultiplexer> ConnectAsync(RunningHost host) => await ConnectionMultiplexer.ConnectAsync(Options(
        (await host.StatusAsync()).Queue.Port,
        await File.ReadAllTextAsync(_home.File("secrets", "VECTORDB_REDIS_PASSWORD"), TestContext.Current.CancellationToken)));
}
