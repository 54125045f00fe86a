using VectorDb.Benchmarks;
using VectorDb.Benchmarks.Ingest;

const string Usage = """
    dotnet VectorDb.Benchmarks.dll ingest [records] [dimension] [seed]
    dotnet VectorDb.Benchmarks.dll [--quick] [--only embedded|pgvector|hnswlib|growth] [--http http://localhost:8080/]

      ingest    records through a worker against an emulated OpenAI, instead of searches
      --quick   10,000 vectors instead of 100,000, and no 1,000,000
      --only    one part of the run
      --http    a running API instead: dimension 384, key from VECTORDB_API_KEY
    """;

if (args is ["ingest", .. var ingest])
{
    return await IngestBenchmark.RunAsync(ingest, CancellationToken.None);
}

var (quick, only, http) = (false, (string?)null, (string?)null);
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--quick":
            quick = true;
            break;
        case "--only" when i + 1 < args.Length && args[i + 1] is "embedded" or "pgvector" or "hnswlib" or "growth":
            only = args[++i];
            break;
        case "--http" when i + 1 < args.Length:
            http = args[++i];
            break;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}

Report.Machine();
if (http is not null)
{
    var served = Workload.Make(quick ? 5_000 : 50_000, dimension: 384, queries: 200);
    Report.Title(served.Name);
    await HttpBenchmark.RunAsync(served, new Uri(http), Environment.GetEnvironmentVariable("VECTORDB_API_KEY"));
    return 0;
}

if (only is not "growth")
{
    var workload = Workload.Make(quick ? 10_000 : 100_000, dimension: 1536, queries: 200);
    Report.Title(workload.Name);
    await RunAsync("embedded", () => EmbeddedBenchmark.RunAsync(workload, thorough: true));
    await RunAsync("pgvector", () => PgvectorBenchmark.RunAsync(workload));
    await RunAsync("hnswlib", () => HnswlibBenchmark.RunAsync(workload));
}

await RunAsync("growth", async () =>
{
    foreach (var count in quick ? new[] { 1_000, 10_000 } : [10_000, 100_000, 1_000_000])
    {
        var workload = Workload.Make(count, dimension: 384, queries: 100);
        Report.Title(workload.Name);
        await EmbeddedBenchmark.RunAsync(workload, thorough: false);
    }
});
return 0;

async Task RunAsync(string part, Func<Task> run)
{
    if (only is null || only == part)
    {
        await run();
    }
}
