using VectorDb.Core.Records;
using VectorDb.Core.Search;

namespace VectorDb.Core.Stores.Embedded;

/// <summary>A collection's index in this process's memory, kept up with the file by change sequence, whoever wrote.</summary>
internal sealed class Replica(CatalogEntry entry)
{
    private readonly SemaphoreSlim _updating = new(1);
    private readonly RecordTable _table = new(entry.Id);
    private VectorIndex _index = new(entry.Spec.Metric, entry.Spec.Dimension);
    private bool _isTorn;

    public CatalogEntry Entry => entry;

    public RecordTable Table => _table;

    /// <summary>False once the collection is gone from the file.</summary>
    public bool Exists { get; private set; } = true;

    public VectorIndex Index => Volatile.Read(ref _index);

    /// <summary>Brings the index up to what is committed now.</summary>
    public async Task UpdateAsync(Readers readers, CancellationToken cancellationToken)
    {
        await _updating.WaitAsync(cancellationToken);
        try
        {
            readers.Read(database =>
            {
                Update(database);
                return true;
            });
        }
        finally
        {
            _updating.Release();
        }
    }

    private void Update(Database database)
    {
        var index = _index;
        var applied = index.Current.Sequence;
        if (Catalog.Find(database, entry.Id) is not { } now)
        {
            Exists = false;
            return;
        }

        if (now.Sequence == applied)
        {
            return;
        }

        // Rows of an update that failed half way lie in the index unpublished, and would be there twice: it is made anew.
        if (now.Horizon > applied || _isTorn)
        {
            index = new VectorIndex(entry.Spec.Metric, entry.Spec.Dimension);
            applied = 0;
        }

        _isTorn = true;
        _table.ReadAdded(database, applied, now.Sequence, (sequence, vector, metadata) =>
            index.Append(sequence, RecordRules.Comparable(entry.Spec, vector), metadata));
        _table.ReadRemoved(database, applied, index.Remove);
        index.Publish(now.Sequence);
        Volatile.Write(ref _index, index);
        _isTorn = false;
    }
}
