namespace VectorDb.Build.LoadTest;

/// <summary>Counts what comes of requests, from many senders at once.</summary>
internal sealed class LoadLog(TimeProvider time)
{
    private const int ExampleLength = 160;

    private readonly Lock _lock = new();
    private readonly List<float> _latencies = [];
    private readonly Dictionary<string, LoadFailure> _failures = new(StringComparer.Ordinal);
    private long _start;
    private long _end;

    public void Begin()
    {
        lock (_lock)
        {
            _start = _end = time.GetTimestamp();
        }
    }

    /// <param name="due">When the request should have been sent.</param>
    public void Succeed(long due)
    {
        lock (_lock)
        {
            _end = time.GetTimestamp();
            _latencies.Add((float)time.GetElapsedTime(due, _end).TotalMilliseconds);
        }
    }

    public void Fail(string kind, string answer)
    {
        lock (_lock)
        {
            _end = time.GetTimestamp();
            var known = _failures.GetValueOrDefault(kind) ?? new LoadFailure(kind, 0, OneLine(answer));
            _failures[kind] = known with { Count = known.Count + 1 };
        }
    }

    public LoadFigures Figures()
    {
        lock (_lock)
        {
            var failures = _failures.Values.OrderByDescending(failure => failure.Count).ThenBy(failure => failure.Kind, StringComparer.Ordinal).ToList();
            var failed = failures.Sum(failure => failure.Count);
            return new LoadFigures(_latencies.Count + failed, failed, time.GetElapsedTime(_start, _end), [.. _latencies.Order()], failures);
        }
    }

    private static string OneLine(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length > ExampleLength ? $"{line[..ExampleLength]} ..." : line;
    }
}
