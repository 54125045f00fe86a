namespace VectorDb.Core.Stores;

/// <summary>Why a store could not do what it was asked.</summary>
public enum StoreFault
{
    /// <summary>No room on its disk; reading still works.</summary>
    Full,

    /// <summary>Its file is damaged or is no database.</summary>
    Corrupt,

    /// <summary>Another writer held it for too long; try again.</summary>
    Busy,

    /// <summary>It cannot be reached, read or written.</summary>
    Unavailable,

    /// <summary>A newer release wrote it in a way that this one cannot read.</summary>
    TooNew,
}

/// <summary>
/// The store failed, not the request. Whatever was accepted before is still there; of this call nothing is, but that a delete by filter
/// may have come part of its way.
/// </summary>
public sealed class StoreException(StoreFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public StoreFault Fault { get; } = fault;
}

/// <summary>A query that no store can answer.</summary>
/// <param name="field">Which part of it: vector or topK.</param>
public sealed class InvalidQueryException(string field, string message) : Exception(message)
{
    public string Field { get; } = field;
}
