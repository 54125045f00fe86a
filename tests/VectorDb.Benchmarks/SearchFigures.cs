using System.Diagnostics;

namespace VectorDb.Benchmarks;

/// <param name="Recall">Share of the true ten nearest that were found.</param>
/// <param name="CpuMilliseconds">Processor time of this process for each query, which other load on the machine hardly changes; null for another process.</param>
internal sealed record SearchFigures(double Recall, double P50Milliseconds, double P99Milliseconds, double? CpuMilliseconds = null)
{
    public override string ToString() => $"recall@10 {Recall:0.0000}   p50 {P50Milliseconds,8:0.000} ms   p99 {P99Milliseconds,8:0.000} ms"
        + (CpuMilliseconds is { } cpu ? $"   cpu {cpu,8:0.000} ms" : "");

    /// <summary>One query after another, as one client sends them; the first round only warms up.</summary>
    public static async Task<SearchFigures> MeasureAsync(
        Workload workload, int[][] truth, int rounds, Func<float[], Task<IEnumerable<int>>> search)
    {
        var times = new List<double>();
        var (found, wanted) = (0, 0);
        var cpu = TimeSpan.Zero;
        for (var round = -1; round < rounds; round++)
        {
            cpu = round == 0 ? Environment.CpuUsage.TotalTime : cpu;
            foreach (var (query, nearest) in workload.Queries.Zip(truth))
            {
                var started = Stopwatch.GetTimestamp();
                var results = await search(query);
                var elapsed = Stopwatch.GetElapsedTime(started);
                if (round >= 0)
                {
                    times.Add(elapsed.TotalMilliseconds);
                    found += results.Intersect(nearest).Count();
                    wanted += nearest.Length;
                }
            }
        }

        cpu = Environment.CpuUsage.TotalTime - cpu;
        times.Sort();
        return new SearchFigures((double)found / wanted, times[times.Count / 2], times[times.Count * 99 / 100], cpu.TotalMilliseconds / times.Count);
    }
}
