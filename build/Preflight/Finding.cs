namespace VectorDb.Build.Preflight;

/// <summary>Something that stops a deploy.</summary>
/// <param name="Id">What it is called, for example <c>setting-placeholder</c>.</param>
/// <param name="What">What was found, never a secret.</param>
/// <param name="Why">What would go wrong.</param>
/// <param name="Fix">The command or the edit that ends it.</param>
internal sealed record Finding(string Id, string What, string Why, string Fix)
{
    /// <summary>A table for people: a command stays on one line, so that it can be copied.</summary>
    public static IEnumerable<string> Table(IReadOnlyList<Finding> findings)
    {
        var width = findings.Max(static finding => finding.Id.Length);
        foreach (var finding in findings)
        {
            yield return $"{finding.Id.PadRight(width)}  {finding.What}";
            yield return $"{"".PadRight(width)}  why  {finding.Why}";
            yield return $"{"".PadRight(width)}  fix  {finding.Fix}";
        }
    }
}

/// <summary>The preflight found something; nothing was changed.</summary>
internal sealed class PreflightException(IReadOnlyList<Finding> findings)
    : Exception($"{findings.Count} finding(s) stop this run, each above with what ends it; nothing was changed.")
{
    public IReadOnlyList<Finding> Findings { get; } = findings;
}
