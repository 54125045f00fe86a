namespace VectorDb.LocalHost.Upgrade;

/// <summary>The host that this one has taken over from, while requests are still under way in it.</summary>
internal sealed class Predecessor(Handshake handshake)
{
    /// <summary>Waits for its end.</summary>
    /// <param name="limit">Of the wait.</param>
    /// <param name="limitInHurry">Of the wait after it has been asked to hurry.</param>
    /// <param name="hurry">It need not wait any more for connections that are idle, nor let its worker go on.</param>
    public async Task EndAsync(TimeSpan limit, TimeSpan limitInHurry, CancellationToken hurry)
    {
        var end = handshake.HearOrEndAsync(Handshake.Leaving);
        await Task.WhenAny(end, Task.Delay(limit, hurry));
        if (!end.IsCompleted)
        {
            await handshake.SayAsync(Handshake.Leaving, CancellationToken.None);
            await Task.WhenAny(end, Task.Delay(limitInHurry, CancellationToken.None));
        }
    }
}
