using System.Threading.RateLimiting;
using VectorDb.Api.Problems;

namespace VectorDb.Api.Limits;

/// <summary>
/// What the JSON bodies of all requests may take together while they are read; who finds no room waits a little for it. Small bodies have
/// room of their own, so that searches do not wait for bulk upserts. A large body takes its room as its bytes come: one that is announced
/// and does not come takes none from others.
/// </summary>
/// <param name="room">For large bodies, in bytes; one body that is already there in part has as much as it needs beside it.</param>
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

    /// <summary>For one body at a time, whatever it needs.</summary>
    private readonly ConcurrencyLimiter _whole = Limiter(Unit);

    /// <param name="largestBody">In bytes: a few of them fit at once, whatever the limit of one is.</param>
    public static BodyMemory For(long largestBody) => new(Math.Max(UsualRoom, LargestAtOnce * largestBody) - largestBody, UsualPatience);

    /// <returns>Dispose it to give the room back.</returns>
    /// <exception cref="RequestException">503: there is none even after a wait.</exception>
    public async ValueTask<IDisposable> TakeAsync(int bytes, CancellationToken cancellationToken)
    {
        var limiter = bytes <= LargestSmallBody ? _small : _large;
        return Attempt(limiter, bytes) ?? await WaitAsync(limiter, Units(bytes), cancellationToken);
    }

    /// <summary>
    /// More room for a body that keeps what it has until it has more. Were several to wait for one another, none would ever get it: so
    /// where there is no room they take turns, and whose turn it is has all that it needs to its end.
    /// </summary>
    /// <param name="held">Bytes that it has.</param>
    /// <param name="wanted">Bytes that it needs next.</param>
    /// <param name="whole">Bytes that it needs at most.</param>
    /// <returns>The bytes, and what to dispose to give the room back.</returns>
    /// <exception cref="RequestException">503: there is none even after a wait.</exception>
    public async ValueTask<(int Bytes, IDisposable Room)> GrowAsync(int held, int wanted, int whole, CancellationToken cancellationToken) =>
        held <= LargestSmallBody ? (wanted, await TakeAsync(wanted, cancellationToken))
        : Attempt(_large, wanted) is { } room ? (wanted, room)
        : (whole, await WaitAsync(_whole, permits: 1, cancellationToken));

    public void Dispose()
    {
        _small.Dispose();
        _large.Dispose();
        _whole.Dispose();
    }

    private static int Units(int bytes) => ((bytes - 1) / Unit) + 1;

    private static RateLimitLease? Attempt(ConcurrencyLimiter limiter, int bytes) =>
        limiter.AttemptAcquire(Units(bytes)) is { IsAcquired: true } taken ? taken : null;

    private static ConcurrencyLimiter Limiter(long bytes) => new(new ConcurrencyLimiterOptions
    {
        PermitLimit = (int)(bytes / Unit),
        QueueLimit = int.MaxValue,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    private async Task<IDisposable> WaitAsync(ConcurrencyLimiter limiter, int permits, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(patience);
        try
        {
            return await limiter.AcquireAsync(permits, end.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RequestException(StatusCodes.Status503ServiceUnavailable, "Too much is being sent at once; send this again.") { RetryAfter = TryAgain };
        }
    }
}
