using System.Globalization;

namespace VectorDb.Core.Stores.Embedded;

/// <summary>
/// The tables. Each collection has two of its own, so that loading one is a sequential read and dropping one touches no
/// other: <c>records_N</c>, whose key is the change sequence (a replaced record gets a new one, so "what is new" is a range of keys),
/// and <c>tombstones_N</c>, which names the sequence numbers that are no more.
/// </summary>
internal static class Schema
{
    /// <summary>Raise it with each step in <see cref="Migrate"/>; steps only expand while an older release may be running.</summary>
    private const int Version = 1;

    /// <summary>A reader further behind than this loads anew instead of reading tombstones.</summary>
    public const long TombstonesKept = 1_000_000;

    public static int Migrate(Database database)
    {
        using var current = database.Use("PRAGMA user_version");
        current.Step();
        var version = (int)current.Int64(0);
        current.Dispose();
        if (version < 1)
        {
            database.Execute("""
                CREATE TABLE collections(
                  id INTEGER PRIMARY KEY AUTOINCREMENT,
                  name TEXT NOT NULL UNIQUE,
                  dimension INTEGER NOT NULL,
                  metric TEXT NOT NULL,
                  count INTEGER NOT NULL DEFAULT 0,
                  sequence INTEGER NOT NULL DEFAULT 0,
                  horizon INTEGER NOT NULL DEFAULT 0) STRICT;
                CREATE TABLE settings(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
                INSERT INTO settings VALUES('readable_from_version', '1');
                """);
        }

        if (version < Version)
        {
            database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {Version}"));
            return Version;
        }

        return CheckReadable(database, version);
    }

    public static void CreateTables(Database database, long collection) => database.Execute(string.Create(
        CultureInfo.InvariantCulture,
        $"""
        CREATE TABLE records_{collection}(
          seq INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE,
          content_hash TEXT,
          metadata TEXT,
          text TEXT,
          vector BLOB NOT NULL) STRICT;
        CREATE TABLE tombstones_{collection}(seq INTEGER PRIMARY KEY, victim INTEGER NOT NULL) STRICT;
        """));

    /// <summary>Quick only when the records are gone; of tombstones there are never too many.</summary>
    public static void DropTables(Database database, long collection) => database.Execute(string.Create(
        CultureInfo.InvariantCulture, $"DROP TABLE records_{collection}; DROP TABLE tombstones_{collection};"));

    // A newer release may have expanded the schema; it says in the file from which version on that can still be read.
    private static int CheckReadable(Database database, int version)
    {
        using var oldest = database.Use("SELECT value FROM settings WHERE name = 'readable_from_version'");
        return oldest.Step() && oldest.Int64(0) <= Version
            ? version
            : throw new StoreException(
                StoreFault.TooNew, $"The store has schema version {version} and this release reads version {Version}: run the newer release.");
    }
}
