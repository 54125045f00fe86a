using VectorDb.Build.Environments;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.LoadTest;

/// <summary>The load test, run by hand.</summary>
public sealed class LoadSession
{
    internal const int DefaultRate = 50;
    internal const int DefaultSeconds = 30;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly IReleaseEnvironment _environment;
    private readonly string? _apiKey;
    private readonly StepJournal _journal;
    private readonly TimeProvider _time;

    internal LoadSession(IReleaseEnvironment environment, string? apiKey, StepJournal journal, TimeProvider time) =>
        (_environment, _apiKey, _journal, _time) = (environment, apiKey, journal, time);

    /// <param name="url">The address of the API; null for the environment's own.</param>
    /// <param name="rate">Requests a second; null for <see cref="DefaultRate"/>.</param>
    /// <param name="seconds">How long; null for <see cref="DefaultSeconds"/>.</param>
    /// <param name="cancellationToken">Ends it with the figures so far.</param>
    /// <exception cref="InvalidOperationException">A request failed.</exception>
    public Task RunAsync(Uri? url, int? rate, int? seconds, CancellationToken cancellationToken) => _journal.RunAsync("LoadTest", async () =>
    {
        var target = new LoadTarget(url ?? (await _environment.Rollout.StatusAsync(cancellationToken)).Url, string.IsNullOrEmpty(_apiKey) ? null : _apiKey);
        var shape = new LoadShape(rate ?? DefaultRate, seconds ?? DefaultSeconds);
        _journal.Say(FormattableString.Invariant($"{target.BaseUrl}  {shape.Rate} requests a second for {shape.Seconds} s: 70 % searches, 20 % health checks, 10 % upserts"));
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        await using var run = new LoadRun(target, shape, handler, _time);
        await run.StartAsync(cancellationToken);
        await FollowAsync(run, cancellationToken);
        var figures = run.Figures;
        figures.Lines().Concat(run.Leftover is { } leftover ? [leftover] : []).ToList().ForEach(_journal.Say);
        cancellationToken.ThrowIfCancellationRequested();
        return figures.Failed == 0
            ? FormattableString.Invariant($"{figures.Sent} requests, {figures.RatePerSecond:0.0} a second, p99 {figures.Percentile(0.99):0.0} ms, none failed")
            : throw new InvalidOperationException($"{figures.Failed} of {figures.Sent} requests failed; the most frequent failure is '{figures.Failures[0].Kind}'.");
    });

    private async Task FollowAsync(LoadRun run, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && await Task.WhenAny(run.Completion, Task.Delay(Interval, _time, cancellationToken)) != run.Completion)
        {
            var figures = run.Figures;
            _journal.Say(FormattableString.Invariant($"{figures.Took.TotalSeconds,4:0} s  {figures.Sent} requests, {figures.Failed} failed, p99 {figures.Percentile(0.99):0.0} ms"));
        }

        await run.Completion;
    }
}
