using System.Diagnostics.Metrics;

namespace VectorDb.Core.Ingest;

/// <summary>What this worker has done, as counters of the meter <see cref="MeterName"/>.</summary>
internal sealed class IngestCounts : IDisposable
{
    public const string MeterName = "VectorDb.Ingest";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _indexed;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _unchanged;
    private readonly Counter<long> _requeued;

    public IngestCounts()
    {
        _indexed = _meter.CreateCounter<long>("vectordb_records_indexed", description: "Records settled as indexed.");
        _failed = _meter.CreateCounter<long>("vectordb_records_failed", description: "Records settled as errors.");
        _unchanged = _meter.CreateCounter<long>("vectordb_records_unchanged", description: "Records whose text needed no embedding because it is indexed already.");
        _requeued = _meter.CreateCounter<long>("vectordb_jobs_requeued", description: "Jobs that had vanished from the queue and were announced again.");
    }

    public void Dispose() => _meter.Dispose();

    public void Settled(int indexed, int failed)
    {
        _indexed.Add(indexed);
        _failed.Add(failed);
    }

    public void Unchanged(int records) => _unchanged.Add(records);

    public void Requeued(int jobs) => _requeued.Add(jobs);
}
