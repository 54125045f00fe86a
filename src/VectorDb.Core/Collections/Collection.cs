namespace VectorDb.Core.Collections;

/// <summary>How two vectors are compared. A score is always "higher is nearer".</summary>
public enum Metric
{
    /// <summary>Cosine similarity, in [-1, 1].</summary>
    Cosine,

    /// <summary>Inner product, unbounded.</summary>
    Dot,

    /// <summary>Negated Euclidean distance, in (-inf, 0].</summary>
    Euclidean,
}

/// <summary>Settings of a collection. A name that is taken with other settings is a conflict.</summary>
/// <param name="Name">1 to 64 characters of a-z, A-Z, 0-9, '-' and '_'.</param>
/// <param name="Dimension">Length of every vector in it, 1 to 16,000.</param>
/// <param name="Metric">How its vectors are compared.</param>
public sealed record CollectionSpec(string Name, int Dimension, Metric Metric);

/// <summary>Which collection it is and how it is set, without a look at its records.</summary>
/// <param name="Id">Never used again, so it tells a collection from a later one of the same name.</param>
public sealed record CollectionIdentity(long Id, CollectionSpec Spec);

/// <param name="Spec">Its settings.</param>
/// <param name="Count">Records in it.</param>
public sealed record Collection(CollectionSpec Spec, long Count)
{
    /// <summary>Never used again, so it tells a collection from a later one of the same name.</summary>
    public long Id { get; init; }
}
