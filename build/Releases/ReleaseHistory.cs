namespace VectorDb.Build.Releases;

/// <summary>What the ledger says, read once: all since the environment was last destroyed.</summary>
/// <param name="entries">The whole ledger.</param>
internal sealed class ReleaseHistory(IReadOnlyList<LedgerEntry> entries)
{
    public IReadOnlyList<LedgerEntry> Entries { get; } = [.. entries.Reverse().TakeWhile(static entry => entry.Event != LedgerEvent.Destroyed).Reverse()];

    /// <summary>Each release that was ever verified, the most recently verified first.</summary>
    public IReadOnlyList<ReleaseId> Verified =>
    [
        .. Entries.Reverse().Where(entry => entry is { Event: LedgerEvent.Verified, Release: not null }).Select(entry => entry.Release!.Value).Distinct(),
    ];

    /// <summary>The release that was last made the active one and not taken back since; null after a stop.</summary>
    public ReleaseId? Active => Entries.Aggregate((ReleaseId?)null, (active, entry) => entry.Event switch
    {
        LedgerEvent.Activated => entry.Release,
        LedgerEvent.Stopped => null,
        LedgerEvent.RolledBack when entry.Release == active => null,
        _ => active,
    });

    /// <summary>When and by whom a release was last made the active one; null when it never was.</summary>
    public LedgerEntry? LastActivation(ReleaseId release) => Last(release, LedgerEvent.Activated);

    /// <summary>Whether a release passed its proof and has not failed one since.</summary>
    public bool IsVerified(ReleaseId release) => Last(release, LedgerEvent.Verified, LedgerEvent.Failed) is { Event: LedgerEvent.Verified };

    /// <summary>Where a rollback without an argument may go, the best first: verified before the current release was deployed, and not left by a rollback since.</summary>
    /// <param name="active">The current release; null when there is none.</param>
    public IReadOnlyList<ReleaseId> Before(ReleaseId? active)
    {
        var deploy = active is { } current ? Last(current, LedgerEvent.DeployStarted) : null;
        return
        [
            .. (deploy is null ? Entries : Entries.TakeWhile(entry => !ReferenceEquals(entry, deploy))).Reverse()
                .Where(entry => entry is { Event: LedgerEvent.Verified, Release: not null } && entry.Release != active)
                .Select(entry => entry.Release!.Value)
                .Distinct()
                .Where(release => IsVerified(release) && !WasLeft(release)),
        ];
    }

    /// <summary>Whether a rollback left it since it was last proved: only by name does anybody come back to it.</summary>
    private bool WasLeft(ReleaseId release) => Last(release, LedgerEvent.Verified, LedgerEvent.RolledBack) is { Event: LedgerEvent.RolledBack };

    private LedgerEntry? Last(ReleaseId release, params ReadOnlySpan<LedgerEvent> events)
    {
        for (var i = Entries.Count - 1; i >= 0; i--)
        {
            if (Entries[i].Release == release && events.Contains(Entries[i].Event))
            {
                return Entries[i];
            }
        }

        return null;
    }
}
