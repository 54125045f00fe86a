using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using VectorDb.Core.Collections;
using VectorDb.Core.Filters;
using VectorDb.Core.Records;
using VectorDb.Core.Stores;

namespace VectorDb.Benchmarks;

/// <summary>The embedded store in this process, through its public interface: SQLite on disk, index in memory.</summary>
internal static class EmbeddedBenchmark
{
    private const string Name = "bench";
    private const int BatchSize = 2_048;
    private const int Rounds = 5;

    private static readonly (string Key, int Modulus)[] Selectivities = [("half", 2), ("tenth", 10), ("hundredth", 100), ("thousandth", 1_000)];

    /// <param name="thorough">With filters and exact searches as well.</param>
    public static async Task RunAsync(Workload workload, bool thorough)
    {
        var folder = Directory.CreateTempSubdirectory("vectordb-bench-").FullName;
        try
        {
            await WriteAsync(workload, folder);
            await SearchAsync(workload, folder, thorough);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task WriteAsync(Workload workload, string folder)
    {
        await using var services = Open(folder);
        var store = services.GetRequiredService<IVectorStore>();
        await store.MigrateAsync(CancellationToken.None);
        await store.CreateAsync(new CollectionSpec(Name, workload.Dimension, Metric.Cosine), CancellationToken.None);

        // One search loads the (empty) collection, so that what is timed includes indexing in memory; two writers keep both cores at work.
        await store.SearchAsync(Name, new SearchQuery(workload.Queries[0], 1), CancellationToken.None);
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, workload.Vectors.Length).Chunk(BatchSize),
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            async (numbers, cancellationToken) => await store.UpsertAsync(Name, [.. numbers.Select(n => Record(workload, n))], cancellationToken));
        Report.Line("embedded: durable upsert and index", $"{workload.Vectors.Length / watch.Elapsed.TotalSeconds:N0} a second");
    }

    private static async Task SearchAsync(Workload workload, string folder, bool thorough)
    {
        await using var services = Open(folder);
        var store = services.GetRequiredService<IVectorStore>();
        var before = Process.GetCurrentProcess().WorkingSet64;
        var watch = Stopwatch.StartNew();
        await store.SearchAsync(Name, new SearchQuery(workload.Queries[0], 1), CancellationToken.None);
        Report.Line("embedded: reload from disk", $"{watch.Elapsed.TotalSeconds:0.00} s");
        Report.Line("embedded: memory for it", $"{Process.GetCurrentProcess().WorkingSet64 - before >> 20:N0} MB, {(long)workload.Vectors.Length * workload.Dimension * sizeof(float) >> 20:N0} of them floats");
        await MeasureAsync("embedded", workload.Truth, filter: null, exact: false);
        if (!thorough)
        {
            return;
        }

        foreach (var (key, modulus) in Selectivities)
        {
            var filter = FilterParser.Parse($$"""{"must":[{"key":"{{key}}","match":0}]}""");
            await MeasureAsync($"embedded, filter {100.0 / modulus:0.#} %", workload.NearestOf(n => n % modulus == 0), filter, exact: false);
        }

        await MeasureAsync("embedded, exact", workload.Truth, filter: null, exact: true);

        async Task MeasureAsync(string what, int[][] truth, Filter? filter, bool exact) => Report.Line(
            what,
            await SearchFigures.MeasureAsync(workload, truth, exact ? 1 : Rounds, async query =>
                (await store.SearchAsync(Name, new SearchQuery(query, Workload.TopK, filter, exact), CancellationToken.None))
                    .Select(hit => int.Parse(hit.Record.Id, CultureInfo.InvariantCulture))));
    }

    private static ServiceProvider Open(string folder) => new ServiceCollection()
        .AddVectorStore(new VectorStoreOptions(VectorStoreKind.Embedded, Path.Combine(folder, "vectors.db")))
        .BuildServiceProvider();

    private static Record Record(Workload workload, int number)
    {
        var metadata = new JsonObject();
        foreach (var (key, modulus) in Selectivities)
        {
            metadata[key] = number % modulus;
        }

        return new Record(number.ToString(CultureInfo.InvariantCulture), Text: null, workload.Vectors[number], metadata);
    }
}
