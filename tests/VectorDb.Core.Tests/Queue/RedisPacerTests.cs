using System.Diagnostics;
using Garnet;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using VectorDb.Core.Embeddings.OpenAi;

namespace VectorDb.Core.Tests.Queue;

/// <summary>The pace that processes share, on both servers that it must run on.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class RedisPacerTests
{
    private static readonly OpenAiOptions Limits = new("m", 1, "k") { RequestsPerSecond = 5, TokensPerMinute = 1e9 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_processes_on_redis_take_turns()
    {
        await using var redis = await RedisServer.StartAsync();

        await DemandTurnsAsync(redis.Port);
    }

    [Fact]
    public async Task Two_processes_on_garnet_take_turns()
    {
        var port = FreePort.Next();
        using var garnet = new GarnetServer(["--port", $"{port}", "--bind", "127.0.0.1", "--memory", "64m", "--index", "8m"]);
        garnet.Start();

        await DemandTurnsAsync(port);
    }

    [Fact]
    public async Task A_pause_is_kept_until_it_is_over_however_long()
    {
        await using var redis = await RedisServer.StartAsync();
        using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{redis.Port}");
        var pacer = Pacer(connection);

        await pacer.PauseAsync(TimeSpan.FromHours(1), Cancel);
        await pacer.CorrectAsync(1, Cancel);

        Assert.InRange((await connection.GetDatabase().KeyTimeToLiveAsync("{vectordb}:pace"))!.Value, TimeSpan.FromMinutes(65), TimeSpan.FromMinutes(71));
    }

    [Fact]
    public async Task Without_redis_each_process_keeps_its_own_pace()
    {
        using var nobody = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{FreePort.Next()},abortConnect=false,connectTimeout=200");
        var pacer = Pacer(nobody);

        var waits = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => pacer.ReserveAsync(1, Cancel)));

        Assert.True(waits.Max() > waits.Min(), string.Join(' ', waits));
    }

    private static async Task DemandTurnsAsync(int port)
    {
        using var first = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port}");
        using var second = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port}");
        IPacer[] pacers = [Pacer(first), Pacer(second)];

        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => pacers[i % 2].ReserveAsync(1, Cancel)));
        var next = await pacers[0].ReserveAsync(1, Cancel);

        // Twenty turns of a fifth of a second each: had two been the same, the next one would be earlier.
        Assert.True(next + watch.Elapsed >= TimeSpan.FromSeconds(3.99), $"{next} after {watch.Elapsed}");
        Assert.True(next <= TimeSpan.FromSeconds(4.01));

        watch.Restart();
        await pacers[0].PauseAsync(TimeSpan.FromSeconds(60), Cancel);
        var paused = await pacers[1].ReserveAsync(1, Cancel);

        Assert.True(paused + watch.Elapsed >= TimeSpan.FromSeconds(59.99), $"{paused} after {watch.Elapsed}");
        Assert.True(paused <= TimeSpan.FromSeconds(60.01));
    }

    private static RedisPacer Pacer(IConnectionMultiplexer redis) =>
        new(() => redis, "{vectordb}:pace", Limits, new LocalPacer(Limits, TimeProvider.System), NullLogger<RedisPacer>.Instance);
}
