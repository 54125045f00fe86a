using System.Globalization;
using VectorDb.Core.Filters;

namespace VectorDb.Benchmarks;

/// <summary>The embedded store: beside its rivals, under filters, and as it grows.</summary>
internal static class SearchBenchmarks
{
    private static readonly string[] Columns = ["", .. SearchFigures.Columns, "build s", "MB"];

    public static async Task RivalsAsync(Workload workload)
    {
        var table = new Table($"Search, {workload.Name} (floats alone {workload.Megabytes:N0} MB); of ours, build is the reload from disk", Columns);
        await using (var store = await BenchedStore.FillAsync(workload))
        {
            Row(table, "embedded, in process", await store.MeasureAsync(workload.Truth, rounds: 10), store.Reload.TotalSeconds, store.Megabytes);
            Row(table, "embedded, in process, exact", await store.MeasureAsync(workload.Truth, exact: true, rounds: 1));
        }

        await PgvectorBenchmark.RunAsync(workload, table);
        await HnswlibBenchmark.RunAsync(workload, table);
    }

    public static async Task FiltersAsync(Workload workload)
    {
        var table = new Table($"Filtered search, {workload.Name}, clusters of {workload.ClusterSize:N0}", ["records that match", .. SearchFigures.Columns]);
        await using var store = await BenchedStore.FillAsync(workload);
        table.Row(["100 %", .. (await store.MeasureAsync(workload.Truth, rounds: 10)).Cells]);
        foreach (var (key, modulus) in BenchedStore.Shares)
        {
            var filter = FilterParser.Parse($$"""{"must":[{"key":"{{key}}","match":0}]}""");
            var figures = await store.MeasureAsync(workload.NearestOf(number => number % modulus == 0), filter, rounds: 10);
            table.Row([$"{100.0 / modulus:0.#} %", .. figures.Cells]);
        }
    }

    public static async Task GrowthAsync(IEnumerable<int> counts, int dimension)
    {
        var table = new Table($"Growth, dimension {dimension}", ["records", .. SearchFigures.Columns, "exact p50", "upserts/s", "reload s", "MB"]);
        foreach (var count in counts)
        {
            var workload = Workload.Make(count, dimension, queries: 100);
            await using var store = await BenchedStore.FillAsync(workload);
            var figures = await store.MeasureAsync(workload.Truth);
            var exact = await store.MeasureAsync(workload.Truth, exact: true, rounds: 1);
            table.Row(
            [
                $"{count:N0}", .. figures.Cells, Text(exact.P50, "0.00"), Text(store.UpsertRate, "N0"), Text(store.Reload.TotalSeconds, "0.00"), Text(store.Megabytes, "N0"),
            ]);
        }
    }

    public static void Row(Table table, string what, SearchFigures figures, double? buildSeconds = null, double? megabytes = null) => table.Row(
    [
        what, .. figures.Cells, buildSeconds is { } seconds ? Text(seconds, "0.0") : "", megabytes is { } size ? Text(size, "N0") : "",
    ]);

    private static string Text(double figure, string format) => figure.ToString(format, CultureInfo.InvariantCulture);
}
