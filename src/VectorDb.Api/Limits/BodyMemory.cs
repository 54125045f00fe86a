using System.Threading.RateLimiting;
using VectorDb.Api.Problems;

namespace VectorDb.Api.Limits;

/// <summary>
/// What the JSON bodies of all requests may take together while they are read; who finds no room waits a little for it. Small bodies have
/// room of their own, so that searches do not wait for bulk upserts.
/// </summary>
/// <param name="room">For large bodies, in bytes.</param>
internal sealed class BodyMemory(long room, TimeSpan patience) : IDisposable
{
    public const int LargestSmallBody = 64 * 1024;

    private const int Unit = 1024;
    private const int LargestAtOnce = 4;
    private const long UsualRoom = 256 * 1024 * 1024;
    private const long RoomForSmall = 64 * 1024 * 1024;

    private static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(1);

    private readonly ConcurrencyLimiter _small = Limiter(RoomForSmall);
    private readonly ConcurrencyLimiter _large = Limiter(room);

    /// <param name="largestBody">In bytes: a few of them fit at once, whatever the limit of one is.</param>
    public static BodyMemory For(long largestBody) => new(Math.Max(UsualRoom, LargestAtOnce * largestBody), UsualPatience);

    /// <returns>Dispose it to give the room back.</returns>
    /// <exception cref="RequestException">503: there is none even after a wait.</exception>
    public async ValueTask<IDisposable> TakeAsync(int bytes, CancellationToken cancellationToken)
    {
        var limiter = bytes <= LargestSmallBody ? _small : _large;
        var units = ((bytes - 1) / Unit) + 1;
        var taken = limiter.AttemptAcquire(units);
        return taken.IsAcquired ? taken : await WaitAsync(limiter, units, cancellationToken);
    }

    public void Dispose()
    {
        _small.Dispose();
        _large.Dispose();
    }

    private static ConcurrencyLimiter Limiter(long bytes) => new(new ConcurrencyLimiterOptions
    {
        PermitLimit = (int)(bytes / Unit),
        QueueLimit = int.MaxValue,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    private async Task<IDisposable> WaitAsync(ConcurrencyLimiter limiter, int units, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(patience);
        try
        {
            return await limiter.AcquireAsync(units, end.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RequestException(StatusCodes.Status503ServiceUnavailable, "Too much is being sent at once; send this again.") { RetryAfter = TryAgain };
        }
    }
}
