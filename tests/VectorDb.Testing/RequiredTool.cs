namespace VectorDb.Testing;

/// <summary>
/// A program that a test cannot do without. Where it is missing the test is skipped with the reason and the command that
/// installs it; with <c>VECTORDB_REQUIRE_TOOLS=1</c> it fails instead.
/// </summary>
public static class RequiredTool
{
    /// <summary>Installs what is not named in <see cref="InstallationOf"/>.</summary>
    public const string Script = "sudo scripts/install-test-tools.sh";

    /// <returns>The full path of the program.</returns>
    public static string Find(string program, params string[] extraFolders)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/sbin", "/sbin", "/usr/local/sbin"])
            .Concat(extraFolders);
        var found = folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
        Demand(found is not null, $"{program} is not on this machine", InstallationOf(program));
        return found!;
    }

    /// <returns>What to type, or where to look.</returns>
    public static string InstallationOf(string program) => program switch
    {
        "terraform" => "https://developer.hashicorp.com/terraform/install",
        "moto_server" => "python3 -m pip install 'moto[server]==5.2.1'",
        "git" or "mount" or "umount" or "unshare" or "python3" or "systemd-analyze" or "systemd-socket-activate" => "the system's own packages",
        _ => Script,
    };

    /// <summary>Skips (or, where tools are required, fails) unless <paramref name="available"/>.</summary>
    /// <param name="available">Whether the test can run.</param>
    /// <param name="reason">What it lacks.</param>
    /// <param name="installation">What to type to have it; null for what nothing installs, such as the rights of root.</param>
    public static void Demand(bool available, string reason, string? installation = null)
    {
        if (available)
        {
            return;
        }

        var message = installation is null ? reason : $"{reason}; to have it: {installation}";
        Assert.False(Environment.GetEnvironmentVariable("VECTORDB_REQUIRE_TOOLS") == "1", message);
        Assert.Skip(message);
    }
}
