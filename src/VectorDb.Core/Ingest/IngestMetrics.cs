using System.Diagnostics.Metrics;

namespace VectorDb.Core.Ingest;

/// <summary>Counters of the workers, under the meter <see cref="MeterName"/>.</summary>
internal sealed class IngestMetrics : IDisposable
{
    public const string MeterName = "VectorDb.Ingest";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _succeeded;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _unchanged;
    private readonly Counter<long> _requeued;

    public IngestMetrics()
    {
        _succeeded = _meter.CreateCounter<long>("vectordb_records_indexed", description: "Records settled as indexed.");
        _failed = _meter.CreateCounter<long>("vectordb_records_failed", description: "Records settled as errors while indexing.");
        _unchanged = _meter.CreateCounter<long>("vectordb_records_unchanged", description: "Records whose text needed no embedding because it is indexed already.");
        _requeued = _meter.CreateCounter<long>("vectordb_jobs_requeued", description: "Jobs that had vanished from the queue and were announced again.");
    }

    public void Settled(int succeeded, int failed)
    {
        _succeeded.Add(succeeded);
        _failed.Add(failed);
    }

    public void Unchanged(int records) => _unchanged.Add(records);

    public void Requeued(int jobs) => _requeued.Add(jobs);

    public void Dispose() => _meter.Dispose();
}
