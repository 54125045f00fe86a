namespace VectorDb.Build.Infrastructure;

/// <summary>
/// A folder that holds Terraform providers the way <c>terraform providers mirror</c> writes them. Where there is one, nothing is
/// downloaded; where there is none, Terraform asks its registry, and the lock file says what may come.
/// </summary>
internal static class ProviderMirror
{
    private const string Variable = "TF_PROVIDER_MIRROR";
    private const int Depth = 5;
    private static readonly string Provider = Path.Combine("registry.terraform.io", "hashicorp", "aws");

    /// <summary>Terraform's own conventional places first, then a shallow search of where such things are installed.</summary>
    /// <returns>The folder for <c>-plugin-dir</c>, or null.</returns>
    public static string? Find(Func<string, string?> environment)
    {
        var home = environment("HOME") ?? environment("USERPROFILE") ?? "/";
        string?[] conventional =
        [
            environment(Variable),
            Path.Combine(home, ".terraform.d", "plugins"),
            Path.Combine(home, ".local", "share", "terraform", "plugins"),
            "/usr/local/share/terraform/plugins",
            "/usr/share/terraform/plugins",
        ];
        return conventional.FirstOrDefault(Holds) ?? new[] { "/opt", "/usr/local", "/srv", "/var/lib" }.Select(Search).FirstOrDefault(Holds);
    }

    private static bool Holds(string? folder) => folder is not null && Directory.Exists(Path.Combine(folder, Provider));

    private static string? Search(string root)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = Depth, AttributesToSkip = FileAttributes.ReparsePoint };
        return Directory.Exists(root)
            ? Directory.EnumerateDirectories(root, "registry.terraform.io", options)
                .Where(static found => !found.Contains($"{Path.DirectorySeparatorChar}.terraform{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
                .Select(Path.GetDirectoryName)
                .FirstOrDefault(Holds)
            : null;
    }
}
