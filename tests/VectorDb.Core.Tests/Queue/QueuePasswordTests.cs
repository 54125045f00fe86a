using StackExchange.Redis;
using VectorDb.Core.Queue;

namespace VectorDb.Core.Tests.Queue;

[Trait(Suites.Trait, Suites.Full)]
public sealed class QueuePasswordTests
{
    [Fact]
    public async Task A_password_that_was_replaced_is_used_when_the_queue_is_connected_to_again()
    {
        await using var redis = await RedisServer.StartAsync("before");
        var password = "before";
        var options = new QueueOptions($"127.0.0.1:{redis.Port}") { CurrentPassword = () => password };
        await using var queue = await ConnectionMultiplexer.ConnectAsync(options.ToConfiguration());
        await queue.GetDatabase().StringSetAsync("job", "1");

        await using (var owner = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{redis.Port},password=before,allowAdmin=true"))
        {
            await owner.GetDatabase().ExecuteAsync("CONFIG", "SET", "requirepass", "after");
            password = "after";
            // What a failover does to every connection.
            await owner.GetDatabase().ExecuteAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        }

        await Eventually.ReturnsAsync(
            async () =>
            {
                try
                {
                    return (string?)await queue.GetDatabase().StringGetAsync("job");
                }
                catch (RedisException)
                {
                    return null;
                }
            },
            static value => value == "1",
            "the queue answers again");
    }
}
