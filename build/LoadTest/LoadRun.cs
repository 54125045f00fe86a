using System.Threading.Channels;

namespace VectorDb.Build.LoadTest;

/// <summary>
/// One run of load at a constant rate. Each request is due at a time of its own, and is late when the server makes it so: a slow server
/// does not slow the sender, and what it costs is in the latencies.
/// </summary>
/// <param name="handler">Carries the requests: where it connects to and whom it trusts is its own affair.</param>
internal sealed class LoadRun(LoadTarget target, LoadShape shape, HttpMessageHandler handler, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan RemovalLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly LoadClient _client = new(target, shape.Limit, handler);
    private readonly LoadLog _log = new(time);
    private readonly Channel<(long Number, long Due)> _due = Channel.CreateUnbounded<(long, long)>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly CancellationTokenSource _stop = new();
    private CancellationToken _abandon;

    /// <summary>What came of it so far; may be asked at any time.</summary>
    public LoadFigures Figures => _log.Figures();

    /// <summary>Ends when every request has: after the seconds that were asked for, or after a stop.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>What could not be removed, and why; null when nothing was left.</summary>
    public string? Leftover { get; private set; }

    /// <summary>Makes the collection, then begins.</summary>
    /// <param name="cancellationToken">Ends it early: nothing more is sent, and what is under way gets its answer.</param>
    /// <exception cref="LoadTestException">There is nothing to put under load.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _client.MakeCollectionAsync(cancellationToken);
        }
        catch
        {
            await TryToRemoveCollectionAsync();
            throw;
        }

        _abandon = cancellationToken;
        _log.Begin();
        Completion = RunAsync();
    }

    /// <summary>No request is due any more; those that were are sent and answered.</summary>
    public async Task<LoadFigures> StopAsync()
    {
        await _stop.CancelAsync();
        await Completion;
        return Figures;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var late = new CancellationTokenSource();
        var senders = Enumerable.Range(0, shape.Senders).Select(_ => SendAsync(late.Token)).ToList();
        await PaceAsync();
        _due.Writer.Complete();

        // What a server that answers nothing has kept from being sent must not keep the run from ending.
        await using var timer = time.CreateTimer(_ => late.Cancel(), null, shape.Limit, Timeout.InfiniteTimeSpan);
        await Task.WhenAll(senders);
        await TryToRemoveCollectionAsync();
    }

    private async Task PaceAsync()
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, _abandon);
        var start = time.GetTimestamp();
        var step = (double)time.TimestampFrequency / shape.Rate;
        var most = shape.Seconds is { } seconds ? (long)seconds * shape.Rate : long.MaxValue;
        for (long number = 0; number < most && !end.IsCancellationRequested; number++)
        {
            var due = start + (long)(number * step);
            var wait = time.GetElapsedTime(time.GetTimestamp(), due);
            if (wait > TimeSpan.Zero)
            {
                // Not a busy loop: what falls due within a tick of the clock goes out together.
                await Task.Delay(wait > Tick ? wait : Tick, time, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (!end.IsCancellationRequested)
            {
                _due.Writer.TryWrite((number, due));
            }
        }
    }

    private async Task SendAsync(CancellationToken late)
    {
        // Not on the thread of the one who paces.
        await Task.Yield();
        await foreach (var (number, due) in _due.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (_abandon.IsCancellationRequested)
            {
                continue;
            }

            if (late.IsCancellationRequested)
            {
                _log.Fail("never sent: every sender was waiting for an answer", "");
            }
            else if (await _client.SendAsync(number) is var (kind, answer))
            {
                _log.Fail(kind, answer);
            }
            else
            {
                _log.Succeed(due);
            }
        }
    }

    /// <summary>What cannot be removed is a collection whose name says what it is; the figures are what matters.</summary>
    private async Task TryToRemoveCollectionAsync()
    {
        using var limit = new CancellationTokenSource(RemovalLimit, time);
        try
        {
            await _client.RemoveCollectionAsync(limit.Token);
        }
        catch (Exception failure) when (failure is LoadTestException or OperationCanceledException)
        {
            Leftover = $"The collection of the load test stays: {failure.Message}";
        }
    }
}
