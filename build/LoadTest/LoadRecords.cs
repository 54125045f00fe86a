using System.Globalization;

namespace VectorDb.Build.LoadTest;

/// <summary>What is put under load.</summary>
/// <param name="BaseUrl">Where the API answers; it is the name that requests and certificates carry.</param>
/// <param name="ApiKey">Sent as bearer token, with the scope write; null where none is needed.</param>
internal sealed record LoadTarget(Uri BaseUrl, string? ApiKey = null);

/// <summary>How much load.</summary>
/// <param name="Rate">Requests a second, evenly spaced, whatever the answers do.</param>
/// <param name="Seconds">For how long; null until it is stopped.</param>
internal sealed record LoadShape(int Rate, int? Seconds = null)
{
    /// <summary>The most requests under way. One that is due while all wait for an answer waits too, and its time counts.</summary>
    public int Senders { get; init; } = 256;

    /// <summary>How long an answer may take.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Requests that failed in one way.</summary>
/// <param name="Kind">The request and what went wrong: <c>search: 503</c>, <c>health: connection refused</c>.</param>
/// <param name="Example">What the first of them was answered, shortened; empty where there was no answer.</param>
internal sealed record LoadFailure(string Kind, int Count, string Example);

/// <summary>What came of it so far.</summary>
/// <param name="Sent">Requests that ended, well or not.</param>
/// <param name="Failed">Those without a good answer.</param>
/// <param name="Took">From the first request's time to the end of the last.</param>
/// <param name="Latencies">Of good answers, in milliseconds from the time that each request was due; sorted.</param>
/// <param name="Failures">The most frequent first.</param>
internal sealed record LoadFigures(int Sent, int Failed, TimeSpan Took, IReadOnlyList<float> Latencies, IReadOnlyList<LoadFailure> Failures)
{
    public double RatePerSecond => Took > TimeSpan.Zero ? Sent / Took.TotalSeconds : 0;

    /// <summary>Milliseconds within which this share of the good answers came; 0 without any.</summary>
    public double Percentile(double share) =>
        Latencies.Count == 0 ? 0 : Latencies[Math.Clamp((int)Math.Ceiling(share * Latencies.Count) - 1, 0, Latencies.Count - 1)];

    public IEnumerable<string> Lines()
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"{Sent:N0} requests in {Took.TotalSeconds:0.0} s, {RatePerSecond:0.0} a second, {Failed:N0} failed");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"p50 {Percentile(0.5):0.0} ms, p95 {Percentile(0.95):0.0} ms, p99 {Percentile(0.99):0.0} ms, max {Percentile(1):0.0} ms, from the time each request was due");
        foreach (var failure in Failures)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"failed {failure.Count,6:N0}  {failure.Kind}{(failure.Example.Length > 0 ? $"  {failure.Example}" : "")}");
        }
    }
}
