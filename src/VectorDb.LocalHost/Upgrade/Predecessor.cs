namespace VectorDb.LocalHost.Upgrade;

/// <summary>The host that this one has taken over from, while requests are still under way in it.</summary>
internal sealed class Predecessor(Handshake handshake)
{
    /// <summary>Waits for its end.</summary>
    /// <param name="limit">Of the wait, and once more after it has been asked to hurry.</param>
    /// <param name="hurry">It need not wait any more for connections that are idle.</param>
    public async Task EndAsync(TimeSpan limit, CancellationToken hurry)
    {
        var end = handshake.HearOrEndAsync(Handshake.Leaving);
        await Task.WhenAny(end, Task.Delay(limit, hurry));
        if (!end.IsCompleted)
        {
            await handshake.SayAsync(Handshake.Leaving, CancellationToken.None);
            await Task.WhenAny(end, Task.Delay(limit, CancellationToken.None));
        }
    }
}
