namespace VectorDb.LocalHost.Releases;

/// <summary>A release's way out of service: its requests finish, it may stand by for a while, its services end.</summary>
/// <param name="standby">How long it stands by; zero for not at all.</param>
internal sealed class Retirement(TimeSpan standby, TimeProvider time)
{
    private readonly CancellationTokenSource _kept = new();
    private readonly TaskCompletionSource _standingBy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _standbyEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The whole of it: true once all services have ended, false where the release was taken back before.</summary>
    public Task<bool> End { get; set; } = Task.FromResult(false);

    public CancellationToken Kept => _kept.Token;

    /// <summary>Completes when it begins to stand by.</summary>
    public Task StandingBy => _standingBy.Task;

    public bool WillStandBy => standby > TimeSpan.Zero && !_standbyEnd.Task.IsCompleted;

    /// <summary>From here on nothing takes it back.</summary>
    public bool IsFinal { get; set; }

    public void Keep() => _kept.Cancel();

    /// <summary>Whoever waits for a rollback need not wait any longer.</summary>
    public void EndStandby() => _standbyEnd.TrySetResult();

    /// <exception cref="OperationCanceledException">It was taken back.</exception>
    public async Task StandByAsync()
    {
        Kept.ThrowIfCancellationRequested();
        _standingBy.TrySetResult();
        try
        {
            await _standbyEnd.Task.WaitAsync(standby, time, Kept);
        }
        catch (TimeoutException)
        {
            // Nobody wanted it back.
        }
    }
}
