using System.Diagnostics;
using VectorDb.Core.Collections;
using VectorDb.Core.Search;

namespace VectorDb.Benchmarks;

/// <summary>How fast vectors become searchable: in memory alone, and durably.</summary>
internal static class UpsertBenchmark
{
    private const int BatchSize = 2_048;

    public static async Task RunAsync(Workload workload)
    {
        var table = new Table($"Upsert in process, {workload.Name}, batches of {BatchSize:N0}", "", "records/s", "goal");
        for (var round = 0; round < 2; round++)
        {
            var rate = Index(workload);
            if (round > 0)
            {
                table.Row("index in memory, one writer", $"{rate:N0}", "20,000");
            }
        }

        await using var store = await BenchedStore.FillAsync(workload);
        table.Row("index and SQLite, synchronous", $"{store.UpsertRate:N0}");
    }

    private static double Index(Workload workload)
    {
        var index = new VectorIndex(Metric.Cosine, workload.Dimension);
        var watch = Stopwatch.StartNew();
        foreach (var (number, vector) in workload.Vectors.Index())
        {
            index.Append(number + 1, vector, []);
            if (number % BatchSize == BatchSize - 1)
            {
                index.Publish(number + 1);
            }
        }

        index.Publish(workload.Vectors.Length);
        return workload.Vectors.Length / watch.Elapsed.TotalSeconds;
    }
}
