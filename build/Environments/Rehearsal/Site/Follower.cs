using System.Text.Json;

namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <summary>Watches one view of the emulated AWS and acts on each change of it, until it is disposed of.</summary>
internal sealed class Follower : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _following;

    /// <param name="aws">The emulator.</param>
    /// <param name="view">A GET of its control API.</param>
    /// <param name="pause">Between two looks.</param>
    /// <param name="act">Makes a real service what the view says; asked again with the same view where it fails.</param>
    /// <param name="problem">Told once what <paramref name="act"/> failed with.</param>
    /// <param name="time">Paces the looks.</param>
    public Follower(EmulatedAws aws, string view, TimeSpan pause, Func<JsonElement, CancellationToken, Task> act, Action<string> problem, TimeProvider time) =>
        _following = FollowAsync(aws, view, pause, act, problem, time);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task FollowAsync(
        EmulatedAws aws, string view, TimeSpan pause, Func<JsonElement, CancellationToken, Task> act, Action<string> problem, TimeProvider time)
    {
        var (done, said) = ("", "");
        while (true)
        {
            try
            {
                var now = await aws.ControlAsync(HttpMethod.Get, view, null, _stop.Token);
                var text = now.GetRawText();
                if (text != done)
                {
                    await act(now, _stop.Token);
                    done = text;
                }
            }
            catch (Exception failure) when (!_stop.IsCancellationRequested)
            {
                if (failure.Message != said)
                {
                    said = failure.Message;
                    problem($"{view}: {said}");
                }
            }

            await Task.Delay(pause, time, _stop.Token);
        }
    }
}
