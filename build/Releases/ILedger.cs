namespace VectorDb.Build.Releases;

/// <summary>Append-only record of what was released, when and by whom. Safe under concurrent writers.</summary>
internal interface ILedger
{
    /// <summary>Durable when the call returns.</summary>
    Task AppendAsync(LedgerEntry entry, CancellationToken cancellationToken);

    /// <returns>All entries, oldest first; empty when nothing was ever released.</returns>
    /// <exception cref="InvalidDataException">The ledger is damaged; the message says where.</exception>
    Task<IReadOnlyList<LedgerEntry>> ReadAsync(CancellationToken cancellationToken);
}
