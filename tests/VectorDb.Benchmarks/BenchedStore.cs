using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using VectorDb.Core.Collections;
using VectorDb.Core.Filters;
using VectorDb.Core.Records;
using VectorDb.Core.Stores;

namespace VectorDb.Benchmarks;

/// <summary>The embedded store in this process, through its public interface, filled and then opened again: SQLite on disk, index in memory.</summary>
internal sealed class BenchedStore : IAsyncDisposable
{
    private const string Name = "bench";
    private const int BatchSize = 2_048;

    private readonly string _folder = Directory.CreateTempSubdirectory("vectordb-bench-").FullName;
    private readonly Workload _workload;
    private ServiceProvider _services;

    private BenchedStore(Workload workload)
    {
        _workload = workload;
        _services = Open();
    }

    /// <summary>Keys in the metadata, each 0 in one record of so many.</summary>
    public static IReadOnlyDictionary<string, int> Shares { get; } =
        new Dictionary<string, int>(StringComparer.Ordinal) { ["half"] = 2, ["tenth"] = 10, ["hundredth"] = 100, ["thousandth"] = 1_000 };

    /// <summary>Records stored and indexed in a second.</summary>
    public double UpsertRate { get; private set; }

    public TimeSpan Reload { get; private set; }

    /// <summary>What the process grew by in the reload, floats included.</summary>
    public double Megabytes { get; private set; }

    private IVectorStore Store => _services.GetRequiredService<IVectorStore>();

    public static async Task<BenchedStore> FillAsync(Workload workload)
    {
        var store = new BenchedStore(workload);
        await store.WriteAsync();
        await store.ReloadAsync();
        return store;
    }

    public Task<SearchFigures> MeasureAsync(int[][] truth, Filter? filter = null, bool exact = false, int rounds = 5) =>
        SearchFigures.MeasureAsync(_workload, truth, rounds, async query =>
        {
            var hits = await Store.SearchAsync(Name, new SearchQuery(_workload.Queries[query], Workload.TopK, filter, exact), CancellationToken.None);
            return hits.Select(hit => int.Parse(hit.Record.Id, CultureInfo.InvariantCulture));
        });

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task WriteAsync()
    {
        await Store.MigrateAsync(CancellationToken.None);
        await Store.CreateAsync(new CollectionSpec(Name, _workload.Dimension, Metric.Cosine), CancellationToken.None);

        // One search loads the (empty) collection, so that what is timed includes indexing in memory; two writers keep both cores at work.
        await Store.SearchAsync(Name, new SearchQuery(_workload.Queries[0], 1), CancellationToken.None);
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, _workload.Vectors.Length).Chunk(BatchSize),
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            async (numbers, cancellationToken) => await Store.UpsertAsync(Name, [.. numbers.Select(Record)], cancellationToken));
        UpsertRate = _workload.Vectors.Length / watch.Elapsed.TotalSeconds;
    }

    private async Task ReloadAsync()
    {
        await _services.DisposeAsync();
        GC.Collect();
        _services = Open();
        var before = Process.GetCurrentProcess().WorkingSet64;
        var watch = Stopwatch.StartNew();
        await Store.SearchAsync(Name, new SearchQuery(_workload.Queries[0], 1), CancellationToken.None);
        Reload = watch.Elapsed;
        Megabytes = (Process.GetCurrentProcess().WorkingSet64 - before) / (double)(1 << 20);
    }

    private ServiceProvider Open() => new ServiceCollection()
        .AddVectorStore(new VectorStoreOptions(VectorStoreKind.Embedded, Path.Combine(_folder, "vectors.db")))
        .BuildServiceProvider();

    private Record Record(int number)
    {
        var metadata = new JsonObject();
        foreach (var (key, modulus) in Shares)
        {
            metadata[key] = number % modulus;
        }

        return new Record(number.ToString(CultureInfo.InvariantCulture), Text: null, _workload.Vectors[number], metadata);
    }
}
