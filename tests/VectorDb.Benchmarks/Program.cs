using VectorDb.Benchmarks.Ingest;

return await IngestBenchmark.RunAsync(args, CancellationToken.None);
