namespace VectorDb.Build.CommandLine;

/// <summary>Finds what somebody meant to type.</summary>
internal static class Spelling
{
    /// <summary>The valid name with the fewest edits, dashes and case not counted; null when none is near.</summary>
    public static string? Nearest(string given, IEnumerable<string> valid)
    {
        var plain = Plain(given);
        return valid
            .Select(name => (Name: name, Edits: Edits(plain, Plain(name))))
            .Where(candidate => candidate.Edits <= Math.Min(2, plain.Length / 2))
            .OrderBy(candidate => candidate.Edits)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
    }

    private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    // Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
    private static int Edits(string a, string b)
    {
        var edits = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                edits[i, j] = i == 0 || j == 0
                    ? i + j
                    : Math.Min(
                        Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1,
                        edits[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
                }
            }
        }

        return edits[a.Length, b.Length];
    }
}
