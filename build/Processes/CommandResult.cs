namespace VectorDb.Build.Processes;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">0 is success; 128 + n when signal n ended it.</param>
/// <param name="Output">What it wrote to the standard output, when captured.</param>
/// <param name="Error">What it wrote to the standard error, when captured.</param>
public sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>Whether the exit code is 0.</summary>
    public bool Succeeded => ExitCode == 0;
}

/// <summary>A program could not be started, failed, or took too long. The message has its last lines.</summary>
public sealed class CommandFailedException(Command command, string reason, string lastLines, Exception? inner = null)
    : Exception(lastLines.Length == 0 ? $"{command}: {reason}" : $"{command}: {reason}\n{lastLines}", inner)
{
    private const int Shown = 20;

    /// <param name="advice">Lines below what it printed last.</param>
    internal static CommandFailedException Of(Command command, CommandResult result, params IEnumerable<string> advice) =>
        Of(command, $"exit code {result.ExitCode}", result.Output + result.Error, advice);

    /// <param name="printed">All of it.</param>
    /// <param name="advice">Lines below what it printed last.</param>
    internal static CommandFailedException Of(Command command, string reason, string printed, params IEnumerable<string> advice) =>
        new(command, reason, string.Join('\n', printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(Shown).Concat(advice)));
}
