namespace VectorDb.Core.Stores;

public enum VectorStoreKind
{
    /// <summary>SQLite and a scan in memory; shared by the processes of one machine.</summary>
    Embedded,

    /// <summary>PostgreSQL with pgvector.</summary>
    Postgres,
}

/// <param name="Kind">Which store.</param>
/// <param name="Path">Embedded: the SQLite file, <c>vectors.db</c>; its folder is made.</param>
/// <param name="ConnectionString">PostgreSQL: where it is.</param>
/// <param name="Warm">Embedded: load every collection into memory before the process starts to serve; false for one that only writes.</param>
public sealed record VectorStoreOptions(VectorStoreKind Kind, string? Path = null, string? ConnectionString = null, bool Warm = false)
{
    /// <summary>PostgreSQL: the connection string at the time of each new connection, for its password; null for one that never changes.</summary>
    public Func<string?>? CurrentConnectionString { get; init; }

    /// <summary>Embedded: how often a process looks for the writes of others. They show in searches after this and the time to apply them.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(25);
}
