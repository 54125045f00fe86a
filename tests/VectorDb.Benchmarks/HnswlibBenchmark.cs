using System.Diagnostics;
using System.Text.Json;

namespace VectorDb.Benchmarks;

/// <summary>hnswlib in its own process, by Debian's Python: the graph with nothing around it.</summary>
internal static class HnswlibBenchmark
{
    public static async Task RunAsync(Workload workload, Table table)
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
                table.Row("hnswlib", $"not measured: Python ended with {python.ExitCode}; scripts/install-test-tools.sh installs python3-hnswlib");
                return;
            }

            using var result = JsonDocument.Parse(output);
            foreach (var search in result.RootElement.GetProperty("searches").EnumerateArray())
            {
                SearchBenchmarks.Row(
                    table,
                    $"hnswlib in process, ef {search.GetProperty("ef").GetInt32()}",
                    new SearchFigures(Figure(search, "recall"), Figure(search, "p50"), Figure(search, "p95"), Figure(search, "p99")),
                    Figure(result.RootElement, "buildSeconds"),
                    Figure(result.RootElement, "megabytes"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Figure(JsonElement element, string name) => element.GetProperty(name).GetDouble();
}
