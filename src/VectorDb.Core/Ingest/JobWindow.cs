namespace VectorDb.Core.Ingest;

/// <summary>How a job ended.</summary>
internal enum JobEnd
{
    Finished,

    /// <summary>The soft limit, or the process stops: what is done is booked, the rest is for another job.</summary>
    Interrupted,

    /// <summary>The lease went to another worker, or the task is stopped: nothing more may be indexed.</summary>
    Lost,
}

/// <summary>The time and the tries a job has: its limits, and its lease, which is renewed in the background until the window is closed.</summary>
internal sealed class JobWindow : IAsyncDisposable
{
    private readonly CancellationTokenSource _soft;
    private readonly CancellationTokenSource _hard;
    private readonly CancellationTokenSource _grace;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _checkpoint;
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenSource _all;
    private readonly CancellationTokenRegistration _stopping;
    private readonly Task _renewal;

    /// <param name="attempt">Which try of the work this is.</param>
    /// <param name="renew">Extends the lease; false when it is lost.</param>
    /// <param name="stop">The process is stopping: the batch under way may end within the grace period.</param>
    public JobWindow(IngestOptions options, TimeProvider time, int attempt, Func<CancellationToken, Task<bool>> renew, CancellationToken stop)
    {
        Attempt = attempt;
        _soft = new CancellationTokenSource(options.SoftLimit, time);
        _hard = new CancellationTokenSource(options.HardLimit, time);
        _grace = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _stopping = stop.Register(() => _grace.CancelAfter(options.StopGrace));
        _checkpoint = CancellationTokenSource.CreateLinkedTokenSource(_soft.Token, stop);
        _end = CancellationTokenSource.CreateLinkedTokenSource(_hard.Token, _grace.Token);
        _all = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, _lost.Token);
        _renewal = RenewAsync(renew, options.Lease / 3, time, _all.Token);
    }

    /// <summary>Cancelled at the soft limit and when the process stops: book what is done and end.</summary>
    public CancellationToken Soft => _checkpoint.Token;

    /// <summary>Cancelled at the hard limit, with the lease, and when a stopping process can wait no longer.</summary>
    public CancellationToken Token => _all.Token;

    /// <summary>Not cancelled with the lease, for what is to be done as a whole: what was written is to be booked. Without the lease the ledger takes nothing.</summary>
    public CancellationToken End => _end.Token;

    /// <summary>Which try this is: the first again once something was booked.</summary>
    public int Attempt { get; private set; }

    public bool IsOverHardLimit => _hard.IsCancellationRequested;

    public bool IsLeaseLost => _lost.IsCancellationRequested;

    /// <summary>Something was booked, so the ledger counts the attempts anew from this one.</summary>
    public void GotOn() => Attempt = 1;

    public async ValueTask DisposeAsync()
    {
        await _stopping.DisposeAsync();
        await _all.CancelAsync();
        await _renewal;
        foreach (var source in (CancellationTokenSource[])[_all, _end, _checkpoint, _lost, _grace, _hard, _soft])
        {
            source.Dispose();
        }
    }

    private async Task RenewAsync(Func<CancellationToken, Task<bool>> renew, TimeSpan interval, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (!await TryRenewAsync(renew, cancellationToken))
                {
                    await _lost.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The job is over.
        }
    }

    private static async Task<bool> TryRenewAsync(Func<CancellationToken, Task<bool>> renew, CancellationToken cancellationToken)
    {
        try
        {
            return await renew(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The ledger is away for a moment. Two more renewals fit into the lease, and every write is fenced by it anyway.
            return true;
        }
    }
}
