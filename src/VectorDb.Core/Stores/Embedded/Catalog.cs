using VectorDb.Core.Collections;

namespace VectorDb.Core.Stores.Embedded;

/// <param name="Id">Never used again, so it also tells a collection from a later one of the same name.</param>
/// <param name="Sequence">Of its last change.</param>
/// <param name="Horizon">Tombstones up to this sequence are deleted.</param>
internal sealed record CatalogEntry(long Id, CollectionSpec Spec, long Count, long Sequence, long Horizon)
{
    public CollectionIdentity Identity => new(Id, Spec);

    public Collection Collection => new(Spec, Count) { Id = Id };
}

/// <summary>The table of collections.</summary>
internal static class Catalog
{
    private const string Columns = "id, name, dimension, metric, count, sequence, horizon";

    public static CatalogEntry? Find(Database database, string name)
    {
        using var find = database.Use($"SELECT {Columns} FROM collections WHERE name = ?1").Bind(1, name);
        return find.Step() ? Entry(find) : null;
    }

    public static CatalogEntry? Find(Database database, long id)
    {
        using var find = database.Use($"SELECT {Columns} FROM collections WHERE id = ?1").Bind(1, id);
        return find.Step() ? Entry(find) : null;
    }

    /// <exception cref="CollectionNotFoundException">There is none of that name.</exception>
    public static CatalogEntry Get(Database database, string name) => Find(database, name) ?? throw new CollectionNotFoundException(name);

    public static List<CatalogEntry> List(Database database, int limit, string after)
    {
        using var list = database.Use($"SELECT {Columns} FROM collections WHERE name > ?1 ORDER BY name LIMIT ?2").Bind(1, after).Bind(2, limit);
        var entries = new List<CatalogEntry>();
        while (list.Step())
        {
            entries.Add(Entry(list));
        }

        return entries;
    }

    public static CatalogEntry Create(Database database, CollectionSpec spec)
    {
        using (var insert = database.Use("INSERT INTO collections(name, dimension, metric) VALUES(?1, ?2, ?3)"))
        {
            insert.Bind(1, spec.Name).Bind(2, spec.Dimension).Bind(3, spec.Metric.ToString()).Run();
        }

        var entry = Get(database, spec.Name);
        Schema.CreateTables(database, entry.Id);
        return entry;
    }

    /// <summary>Its tables stay behind, to be removed by <see cref="Leftovers"/>.</summary>
    public static void Remove(Database database, CatalogEntry entry)
    {
        using var delete = database.Use("DELETE FROM collections WHERE id = ?1").Bind(1, entry.Id);
        delete.Run();
    }

    public static void Save(Database database, CatalogEntry entry)
    {
        using var update = database.Use("UPDATE collections SET count = ?2, sequence = ?3, horizon = ?4 WHERE id = ?1");
        update.Bind(1, entry.Id).Bind(2, entry.Count).Bind(3, entry.Sequence).Bind(4, entry.Horizon).Run();
    }

    private static CatalogEntry Entry(Statement row) => new(
        row.Int64(0),
        new CollectionSpec(row.Text(1)!, (int)row.Int64(2), Enum.Parse<Metric>(row.Text(3)!)),
        row.Int64(4),
        row.Int64(5),
        row.Int64(6));
}
