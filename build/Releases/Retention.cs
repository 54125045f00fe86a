namespace VectorDb.Build.Releases;

/// <summary>Which releases may be thrown away.</summary>
/// <param name="Keep">How many verified releases stay, the latest ones.</param>
internal sealed record Retention(int Keep = Retention.DefaultKeep)
{
    public const int DefaultKeep = 5;

    /// <summary>All known releases but the last verified ones and those that run, the active one among them.</summary>
    public IReadOnlyList<ReleaseId> Removable(IEnumerable<ReleaseId> known, ReleaseHistory history, IEnumerable<ReleaseId> running)
    {
        var kept = history.Verified.Where(history.IsVerified).Take(Math.Max(1, Keep)).Concat(running).ToHashSet();
        return [.. known.Where(release => !kept.Contains(release))];
    }
}
