using System.Globalization;
using System.Runtime.InteropServices;

namespace VectorDb.Core.Embeddings.OpenAi;

/// <summary>
/// Two token buckets, one of requests and one of tokens, as the time at which each will have paid for what was taken from it
/// (the generic cell rate algorithm). Requests have no burst: they come out evenly spaced. Times are microseconds of one clock.
/// </summary>
/// <param name="RequestsPaid">When the last reserved request has its whole interval behind it.</param>
/// <param name="TokensPaid">When the tokens reserved so far have all dripped in.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Pace(long RequestsPaid, long TokensPaid)
{
    private const double MicrosecondsInSecond = 1e6;

    /// <summary>Tokens of this long may be taken at once after a pause.</summary>
    private const double TokenBurstSeconds = 15;

    /// <returns>The buckets after the reservation, and when the request may be sent.</returns>
    public (Pace Next, long SendAt) Reserve(long now, int tokens, OpenAiOptions limits)
    {
        var tokensPaid = Math.Max(now, TokensPaid);
        var burst = (long)(TokenBurstSeconds * MicrosecondsInSecond);
        var sendAt = Math.Max(Math.Max(now, RequestsPaid), tokensPaid - burst);
        var interval = (long)(MicrosecondsInSecond / limits.RequestsPerSecond);
        return (new Pace(sendAt + interval, tokensPaid + Cost(tokens, limits)), sendAt);
    }

    /// <summary>The service has counted more tokens than were reserved, or fewer.</summary>
    public Pace Correct(int tokens, OpenAiOptions limits) => this with { TokensPaid = TokensPaid + Cost(tokens, limits) };

    /// <summary>Nobody sends before.</summary>
    public Pace PauseUntil(long time) => this with { RequestsPaid = Math.Max(RequestsPaid, time) };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{RequestsPaid} {TokensPaid}");

    public static Pace Parse(string? text)
    {
        var parts = text?.Split(' ') ?? [];
        return parts.Length == 2
            && long.TryParse(parts[0], CultureInfo.InvariantCulture, out var requests)
            && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var tokens)
            ? new Pace(requests, tokens)
            : default;
    }

    private static long Cost(int tokens, OpenAiOptions limits) => (long)(tokens * 60 * MicrosecondsInSecond / limits.TokensPerMinute);
}

/// <summary>When requests may be sent, shared with whoever else asks the same service.</summary>
internal interface IPacer
{
    /// <returns>How long to wait before sending.</returns>
    Task<TimeSpan> ReserveAsync(int tokens, CancellationToken cancellationToken);

    Task CorrectAsync(int tokens, CancellationToken cancellationToken);

    Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken);
}
