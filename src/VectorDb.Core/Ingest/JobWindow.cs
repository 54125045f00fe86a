namespace VectorDb.Core.Ingest;

/// <summary>How a job ended.</summary>
internal enum JobEnd
{
    Finished,

    /// <summary>The soft limit: what is done is booked, the rest is for another job.</summary>
    Interrupted,

    /// <summary>The lease went to another worker, or the task has ended: nothing more may be written.</summary>
    Lost,
}

/// <summary>The time a job has: its limits, and its lease, which is renewed in the background until the window is closed.</summary>
internal sealed class JobWindow : IAsyncDisposable
{
    private readonly CancellationTokenSource _soft;
    private readonly CancellationTokenSource _hard;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _all;
    private readonly Task _renewal;

    /// <param name="renew">Extends the lease; false when it is lost.</param>
    /// <param name="stop">The process is stopping.</param>
    public JobWindow(IngestOptions options, TimeProvider time, Func<CancellationToken, Task<bool>> renew, CancellationToken stop)
    {
        _soft = new CancellationTokenSource(options.SoftLimit, time);
        _hard = new CancellationTokenSource(options.HardLimit, time);
        _all = CancellationTokenSource.CreateLinkedTokenSource(stop, _hard.Token, _lost.Token);
        _renewal = RenewAsync(renew, options.Lease / 3, time, _all.Token);
    }

    /// <summary>Cancelled at the soft limit.</summary>
    public CancellationToken Soft => _soft.Token;

    /// <summary>Cancelled at the hard limit, with the lease, and when the process stops.</summary>
    public CancellationToken Token => _all.Token;

    public bool IsOverHardLimit => _hard.IsCancellationRequested;

    public bool IsLeaseLost => _lost.IsCancellationRequested;

    public async ValueTask DisposeAsync()
    {
        await _all.CancelAsync();
        await _renewal;
        _all.Dispose();
        _lost.Dispose();
        _hard.Dispose();
        _soft.Dispose();
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
