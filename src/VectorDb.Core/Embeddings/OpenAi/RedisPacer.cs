using System.Globalization;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace VectorDb.Core.Embeddings.OpenAi;

/// <summary>
/// The pace of all processes, kept in one Redis value and timed by the server's clock, so that workers need not agree on theirs.
/// A conditional transaction instead of a script: Garnet runs it as it is. While Redis is away each process keeps its own pace,
/// and the service's own limit is what is left between them.
/// </summary>
internal sealed partial class RedisPacer(
    Func<IConnectionMultiplexer> redis, string key, OpenAiOptions limits, LocalPacer fallback, ILogger<RedisPacer> log) : IPacer
{
    private const int MostTries = 100;

    /// <summary>After the last time that it tells: a pause may last longer than this.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10);

    public async Task<TimeSpan> ReserveAsync(int tokens, CancellationToken cancellationToken)
    {
        var wait = TimeSpan.Zero;
        var reached = await ChangeAsync(
            (pace, now) =>
            {
                var (next, sendAt) = pace.Reserve(now, tokens, limits);
                wait = TimeSpan.FromMicroseconds(sendAt - now);
                return next;
            },
            cancellationToken);
        return reached ? wait : await fallback.ReserveAsync(tokens, cancellationToken);
    }

    public async Task CorrectAsync(int tokens, CancellationToken cancellationToken)
    {
        if (!await ChangeAsync((pace, _) => pace.Correct(tokens, limits), cancellationToken))
        {
            await fallback.CorrectAsync(tokens, cancellationToken);
        }
    }

    public async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        if (!await ChangeAsync((pace, now) => pace.PauseUntil(now + (long)pause.TotalMicroseconds), cancellationToken))
        {
            await fallback.PauseAsync(pause, cancellationToken);
        }
    }

    /// <returns>False when Redis could not be reached.</returns>
    private async Task<bool> ChangeAsync(Func<Pace, long, Pace> change, CancellationToken cancellationToken)
    {
        try
        {
            var database = redis().GetDatabase();
            for (var attempt = 0; attempt < MostTries; attempt++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var clock = database.ExecuteAsync("TIME");
                var before = await database.StringGetAsync(key);
                var now = Microseconds(await clock);
                var next = change(Pace.Parse(before), now);
                var ahead = TimeSpan.FromMicroseconds(Math.Max(0, Math.Max(next.RequestsPaid, next.TokensPaid) - now));
                var transaction = database.CreateTransaction();
                transaction.AddCondition(before.IsNull ? Condition.KeyNotExists(key) : Condition.StringEqual(key, before));
                _ = transaction.StringSetAsync(key, next.ToString(), ahead + Forgotten);
                if (await transaction.ExecuteAsync())
                {
                    return true;
                }
            }

            throw new TimeoutException($"{key} changed {MostTries} times under this process.");
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            LogAway(exception.GetBaseException().Message);
            return false;
        }
    }

    private static long Microseconds(RedisResult time)
    {
        var parts = (string?[]?)time ?? throw new RedisException("The server does not tell its time.");
        return (long.Parse(parts[0]!, CultureInfo.InvariantCulture) * 1_000_000) + long.Parse(parts[1]!, CultureInfo.InvariantCulture);
    }

    [LoggerMessage(LogLevel.Warning, "The shared pace of embedding requests is away, this process keeps its own: {Reason}")]
    private partial void LogAway(string reason);
}
