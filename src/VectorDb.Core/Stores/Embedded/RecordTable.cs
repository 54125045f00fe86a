using System.Globalization;
using System.Text.Json.Nodes;
using VectorDb.Core.Filters;
using VectorDb.Core.Records;

namespace VectorDb.Core.Stores.Embedded;

/// <summary>The records of one collection in SQLite. Every write takes the next change sequence.</summary>
internal sealed class RecordTable(long collection)
{
    private const string Columns = "seq, id, content_hash, metadata, text, vector";

    private readonly string _records = string.Create(CultureInfo.InvariantCulture, $"records_{collection}");
    private readonly string _tombstones = string.Create(CultureInfo.InvariantCulture, $"tombstones_{collection}");

    /// <param name="records">No two with one id.</param>
    /// <returns>The entry as it is afterwards.</returns>
    public CatalogEntry Upsert(Database database, CatalogEntry entry, IEnumerable<Record> records)
    {
        using var find = database.Use($"SELECT seq FROM {_records} WHERE id = ?1");
        using var insert = database.Use($"INSERT INTO {_records}({Columns}) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
        var (count, sequence) = (entry.Count, entry.Sequence);
        foreach (var record in records)
        {
            find.Bind(1, record.Id);
            var replaced = find.Step() ? find.Int64(0) : (long?)null;
            find.Dispose();
            if (replaced is { } victim)
            {
                Bury(database, victim, ++sequence);
            }
            else
            {
                count++;
            }

            insert.Bind(1, ++sequence).Bind(2, record.Id).Bind(3, record.ContentHash).Bind(4, record.Metadata?.ToJsonString())
                .Bind(5, record.Text).Bind(6, record.Vector.Span).Run();
        }

        return Prune(database, entry with { Count = count, Sequence = sequence });
    }

    /// <param name="victims">One that was replaced or deleted since it was chosen is left out.</param>
    /// <returns>The entry as it is afterwards.</returns>
    public CatalogEntry Delete(Database database, CatalogEntry entry, IEnumerable<long> victims)
    {
        var (count, sequence) = (entry.Count, entry.Sequence);
        foreach (var victim in victims)
        {
            if (Bury(database, victim, sequence + 1))
            {
                sequence++;
                count--;
            }
        }

        return Prune(database, entry with { Count = count, Sequence = sequence });
    }

    public List<long> Sequences(Database database, IEnumerable<string> ids)
    {
        using var find = database.Use($"SELECT seq FROM {_records} WHERE id = ?1");
        var sequences = new List<long>();
        foreach (var id in ids)
        {
            find.Bind(1, id);
            if (find.Step())
            {
                sequences.Add(find.Int64(0));
            }

            find.Dispose();
        }

        return sequences;
    }

    /// <returns>The first in (after, upTo] that match, in that order, at most <paramref name="limit"/>.</returns>
    public List<long> Sequences(Database database, CompiledFilter filter, long after, long upTo, int limit, CancellationToken cancellationToken)
    {
        using var rows = database.Use($"SELECT seq, metadata FROM {_records} WHERE seq > ?1 AND seq <= ?2 ORDER BY seq").Bind(1, after).Bind(2, upTo);
        var sequences = new List<long>();
        while (sequences.Count < limit && rows.Step())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (filter.Matches(rows.Bytes(1)))
            {
                sequences.Add(rows.Int64(0));
            }
        }

        return sequences;
    }

    public Record? Find(Database database, string id)
    {
        using var find = database.Use($"SELECT {Columns} FROM {_records} WHERE id = ?1").Bind(1, id);
        return find.Step() ? Read(find, withVector: true) : null;
    }

    public Record? Find(Database database, long sequence, bool withVector)
    {
        using var find = database.Use($"SELECT {Columns} FROM {_records} WHERE seq = ?1").Bind(1, sequence);
        return find.Step() ? Read(find, withVector) : null;
    }

    /// <returns>The matching records after an id, by id, at most <paramref name="limit"/>.</returns>
    public List<Record> Scroll(Database database, int limit, string after, CompiledFilter? filter, CancellationToken cancellationToken)
    {
        using var rows = database.Use($"SELECT {Columns} FROM {_records} WHERE id > ?1 ORDER BY id").Bind(1, after);
        var page = new List<Record>(limit);
        while (page.Count < limit && rows.Step())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (filter?.Matches(rows.Bytes(3)) ?? true)
            {
                page.Add(Read(rows, withVector: false));
            }
        }

        return page;
    }

    /// <summary>Calls back for each record with a sequence in (after, upTo], in that order.</summary>
    public void ReadAdded(Database database, long after, long upTo, VisitVector visit)
    {
        using var rows = database.Use($"SELECT seq, metadata, vector FROM {_records} WHERE seq > ?1 AND seq <= ?2 ORDER BY seq");
        rows.Bind(1, after).Bind(2, upTo);
        while (rows.Step())
        {
            visit(rows.Int64(0), rows.Vector(2), rows.Bytes(1));
        }
    }

    public void ReadRemoved(Database database, long after, Action<long> visit)
    {
        using var rows = database.Use($"SELECT victim FROM {_tombstones} WHERE seq > ?1 ORDER BY seq").Bind(1, after);
        while (rows.Step())
        {
            visit(rows.Int64(0));
        }
    }

    private static Record Read(Statement row, bool withVector)
    {
        var metadata = row.Bytes(3);
        return new Record(
            row.Text(1)!,
            row.Text(4),
            withVector ? row.Vector(5).ToArray() : ReadOnlyMemory<float>.Empty,
            metadata.IsEmpty ? null : (JsonObject?)JsonNode.Parse(metadata))
        { ContentHash = row.Text(2) };
    }

    /// <returns>Whether it was there.</returns>
    private bool Bury(Database database, long victim, long sequence)
    {
        using var delete = database.Use($"DELETE FROM {_records} WHERE seq = ?1").Bind(1, victim);
        delete.Run();
        if (database.Changes == 0)
        {
            return false;
        }

        using var bury = database.Use($"INSERT INTO {_tombstones}(seq, victim) VALUES(?1, ?2)").Bind(1, sequence).Bind(2, victim);
        bury.Run();
        return true;
    }

    private CatalogEntry Prune(Database database, CatalogEntry entry)
    {
        var horizon = entry.Sequence - Schema.TombstonesKept;
        if (horizon > entry.Horizon)
        {
            using var prune = database.Use($"DELETE FROM {_tombstones} WHERE seq <= ?1").Bind(1, horizon);
            prune.Run();
            entry = entry with { Horizon = horizon };
        }

        Catalog.Save(database, entry);
        return entry;
    }
}

/// <param name="metadata">UTF-8 JSON, empty for none. Both spans are gone after the call.</param>
internal delegate void VisitVector(long sequence, ReadOnlySpan<float> vector, ReadOnlySpan<byte> metadata);
