namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <summary>A part of the site that this machine cannot run; the rest runs without it.</summary>
/// <param name="Name">The part.</param>
/// <param name="Reason">What is missing.</param>
/// <param name="InstallCommand">What to type to have it.</param>
internal sealed record MissingPart(string Name, string Reason, string InstallCommand)
{
    public const string InstallTools = "sudo scripts/install-test-tools.sh";

    public override string ToString() => $"{Name}: {Reason}; to have it: {InstallCommand}";

    /// <returns>Null when the program is on this machine.</returns>
    public static MissingPart? Without(string program, string name) =>
        PathOf(program) is null ? new MissingPart(name, $"{program} is not on this machine", InstallTools) : null;

    /// <returns>Null when this process may do what only root may.</returns>
    public static MissingPart? WithoutRoot(string name, string why) =>
        Environment.IsPrivilegedProcess ? null : new MissingPart(name, why, "sudo ./build.sh --target=Rehearse");

    /// <summary>System programs are often not in the path of a user.</summary>
    public static string? PathOf(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Concat(["/usr/sbin", "/sbin", "/usr/local/sbin"])
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
