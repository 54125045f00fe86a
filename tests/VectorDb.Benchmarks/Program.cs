using VectorDb.Benchmarks.Ingest;

switch (args)
{
    case ["ingest", .. var rest]:
        return await IngestBenchmark.RunAsync(rest, CancellationToken.None);
    default:
        Console.Error.WriteLine("usage: VectorDb.Benchmarks ingest [records] [dimension] [seed of the faults]");
        return 2;
}
