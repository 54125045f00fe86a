namespace VectorDb.Testing;

/// <summary>
/// A program that a test cannot do without. Where it is missing the test is skipped with the reason and the command that
/// installs it; with <c>VECTORDB_REQUIRE_TOOLS=1</c> it fails instead.
/// </summary>
public static class RequiredTool
{
    private const string Install = "scripts/install-test-tools.sh";

    /// <returns>The full path of the program.</returns>
    public static string Find(string program, params string[] extraFolders)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/sbin", "/sbin", "/usr/local/sbin"])
            .Concat(extraFolders);
        var found = folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
        Demand(found is not null, $"{program} is not on this machine");
        return found!;
    }

    /// <summary>Skips (or, where tools are required, fails) unless <paramref name="available"/>.</summary>
    public static void Demand(bool available, string reason)
    {
        if (available)
        {
            return;
        }

        var message = $"{reason}; install it with {Install}";
        Assert.False(Environment.GetEnvironmentVariable("VECTORDB_REQUIRE_TOOLS") == "1", message);
        Assert.Skip(message);
    }
}
