namespace VectorDb.Core.Configuration;

public enum StoreKind
{
    /// <summary>SQLite in the data folder, searched in memory.</summary>
    Embedded,

    /// <summary>PostgreSQL with pgvector.</summary>
    Postgres,
}

public enum TasksKind
{
    Sqlite,
    DynamoDb,
}

public enum FilesKind
{
    Folder,
    S3,
}

public enum EmbedderKind
{
    /// <summary>Deterministic, offline, without meaning: for trials and tests.</summary>
    Hashing,

    /// <summary>OpenAI or any address that speaks its API.</summary>
    OpenAi,
}

public enum AuthKind
{
    Off,
    ApiKey,
}

/// <summary>Where the Data Protection keys that all dashboards share are kept.</summary>
public enum KeysKind
{
    Folder,
    Redis,
}
