using VectorDb.Benchmarks;
using VectorDb.Benchmarks.Ingest;

const string Usage = """
    dotnet VectorDb.Benchmarks.dll search|filters|upsert|growth|http|all [--quick]
    dotnet VectorDb.Benchmarks.dll ingest [records] [dimension] [seed]

      search    100,000 x 1536, beside PostgreSQL with pgvector and hnswlib where these are installed
      filters   the same, where a half, a tenth, a hundredth and a thousandth of the records match; in clusters of 100 and of 1,000
      upsert    how fast records are indexed in memory, and stored and indexed
      growth    10,000 to 1,000,000 records of dimension 384
      http      bulk upserts and searches through an API in a process of its own
      ingest    100,000 records through a worker against an emulated OpenAI; ends with 1 when a goal is missed
      all       one after another
      --quick   a tenth of the records
    """;

string[] workloads = ["search", "filters", "upsert", "growth", "http", "ingest"];
var quick = args is [_, "--quick"];
if (args is not ([_] or ["ingest", ..]) && !quick || (args[0] is not "all" && !workloads.Contains(args[0], StringComparer.Ordinal)))
{
    Console.Error.WriteLine(Usage);
    return 2;
}

Machine.Print();
var large = new Lazy<Workload>(() => Large(Workload.UsualClusterSize));
var failures = 0;
foreach (var workload in args[0] == "all" ? workloads : args[..1])
{
    switch (workload)
    {
        case "search":
            await SearchBenchmarks.RivalsAsync(large.Value);
            break;
        case "filters":
            await SearchBenchmarks.FiltersAsync(large.Value);
            await SearchBenchmarks.FiltersAsync(Large(clusterSize: 1_000));
            break;
        case "upsert":
            await UpsertBenchmark.RunAsync(large.Value);
            break;
        case "growth":
            await SearchBenchmarks.GrowthAsync(quick ? [1_000, 10_000, 100_000] : [10_000, 100_000, 1_000_000], dimension: 384);
            break;
        case "http":
            await HttpBenchmark.RunAsync(large.Value, Workload.Make(quick ? 5_000 : 50_000, dimension: 384, queries: 1));
            break;
        default:
            failures += await IngestBenchmark.RunAsync(args[0] == "ingest" && !quick ? args[1..] : quick ? ["10000"] : [], CancellationToken.None);
            break;
    }
}

return failures;

Workload Large(int clusterSize) => Workload.Make(quick ? 10_000 : 100_000, dimension: 1536, queries: 200, clusterSize);
