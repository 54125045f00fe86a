using System.Diagnostics;
using System.Text.Json;

namespace VectorDb.Benchmarks;

/// <summary>hnswlib in its own process, by Debian's Python: the graph with nothing around it.</summary>
internal static class HnswlibBenchmark
{
    public static async Task RunAsync(Workload workload)
    {
        var folder = Directory.CreateTempSubdirectory("vectordb-bench-").FullName;
        try
        {
            workload.WriteTo(folder);
            var start = new ProcessStartInfo(
                "/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "hnswlib_benchmark.py"), folder, $"{workload.Dimension}"])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            };
            using var python = Process.Start(start)!;
            var output = await python.StandardOutput.ReadToEndAsync();
            await python.WaitForExitAsync();
            if (python.ExitCode != 0)
            {
                Report.Line("hnswlib", $"not measured: Python ended with {python.ExitCode}; scripts/install-test-tools.sh installs python3-hnswlib");
                return;
            }

            using var result = JsonDocument.Parse(output);
            Report.Line("hnswlib: build", $"{result.RootElement.GetProperty("buildSeconds").GetDouble():0} s");
            foreach (var search in result.RootElement.GetProperty("searches").EnumerateArray())
            {
                Report.Line($"hnswlib, ef {search.GetProperty("ef").GetInt32()}", new SearchFigures(
                    search.GetProperty("recall").GetDouble(), search.GetProperty("p50").GetDouble(), search.GetProperty("p99").GetDouble()));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
