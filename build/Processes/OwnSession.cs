namespace VectorDb.Build.Processes;

/// <summary>
/// A program that may tidy up runs in a session of its own where the system can do that: a terminal sends Ctrl+C to all that runs in its
/// own, and with the build's SIGTERM that would be the second signal, on which Terraform leaves without writing its state.
/// </summary>
internal static class OwnSession
{
    private const string Setsid = "/usr/bin/setsid";

    /// <returns>What to start in place of the command.</returns>
    public static (string Program, IReadOnlyList<string> Arguments) Of(Command command) =>
        command.Grace > TimeSpan.Zero && !command.Inherit && File.Exists(Setsid) && PathOf(command.Program) is { } path
            ? (Setsid, [path, .. command.Arguments])
            : (command.Program, command.Arguments);

    /// <summary>setsid would report a missing program as an exit code.</summary>
    private static string? PathOf(string program) => program.Contains('/', StringComparison.Ordinal)
        ? program
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
