using System.Diagnostics;
using System.Globalization;

namespace VectorDb.Benchmarks;

/// <param name="Recall">Share of the true ten nearest that were found.</param>
/// <param name="Cpu">Processor time of this process for each query, which other load on the machine hardly changes; null for another process.</param>
internal sealed record SearchFigures(double Recall, double P50, double P95, double P99, double? Cpu = null)
{
    private const int WarmUpQueries = 1_000;
    private static readonly TimeSpan WarmUpLimit = TimeSpan.FromSeconds(5);

    /// <summary>Headings of <see cref="Cells"/>.</summary>
    public static string[] Columns { get; } = ["recall@10", "p50", "p95", "p99", "cpu"];

    public string[] Cells =>
    [
        Recall.ToString("0.0000", CultureInfo.InvariantCulture), Format(P50), Format(P95), Format(P99), Cpu is { } cpu ? Format(cpu) : "",
    ];

    /// <summary>One query after another, as one client sends them, after a warm-up that lets the runtime compile what is hot.</summary>
    /// <param name="search">Answers the numbers of the vectors found, for the query of that number.</param>
    public static async Task<SearchFigures> MeasureAsync(Workload workload, int[][] truth, int rounds, Func<int, Task<IEnumerable<int>>> search)
    {
        var warming = Stopwatch.StartNew();
        for (var i = 0; i < WarmUpQueries && warming.Elapsed < WarmUpLimit; i++)
        {
            await search(i % truth.Length);
        }

        var times = new List<double>();
        var (found, wanted) = (0, 0);
        var cpu = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < rounds * truth.Length; i++)
        {
            var query = i % truth.Length;
            var started = Stopwatch.GetTimestamp();
            var results = await search(query);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            found += results.Intersect(truth[query]).Count();
            wanted += truth[query].Length;
        }

        cpu = Environment.CpuUsage.TotalTime - cpu;
        times.Sort();
        return new SearchFigures(
            (double)found / wanted, times[times.Count / 2], times[times.Count * 95 / 100], times[times.Count * 99 / 100], cpu.TotalMilliseconds / times.Count);
    }

    private static string Format(double milliseconds) => milliseconds.ToString("0.000", CultureInfo.InvariantCulture);
}
