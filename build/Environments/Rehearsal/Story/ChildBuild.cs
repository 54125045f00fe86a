using VectorDb.Build.Environments.Rehearsal.Site;
using VectorDb.Build.Processes;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Environments.Rehearsal.Story;

/// <summary>
/// This build, run as anybody runs it: a process of its own with arguments and environment variables, and an exit code. Nothing in it
/// knows that it is rehearsed.
/// </summary>
/// <param name="variables">What takes the site for AWS.</param>
/// <param name="logs">Folder of what the runs printed.</param>
internal sealed class ChildBuild(CommandRunner commands, string repositoryRoot, IReadOnlyDictionary<string, string?> variables, string logs, StepJournal journal)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    // Longer than the way back of a run that is stopped: it holds the lock until it is done.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(3);

    private int _count;

    /// <summary>Runs a target and demands its exit code.</summary>
    /// <param name="caller">Credentials of whoever runs it.</param>
    /// <param name="settings">Beside those of the site.</param>
    /// <param name="expected">The exit code.</param>
    /// <param name="arguments">As they are typed.</param>
    /// <returns>What it printed.</returns>
    /// <exception cref="RehearsalException">It ended otherwise; with its last lines.</exception>
    public async Task<string> RunAsync(
        RehearsalCaller caller, IReadOnlyDictionary<string, string?> settings, int expected, CancellationToken cancellation, params string[] arguments)
    {
        var name = $"{++_count:00}-{arguments[0].Split('=')[^1]}";
        var log = Path.Combine(logs, $"{name}.log");
        var command = new Command(Environment.ProcessPath ?? "dotnet", [typeof(BuildContext).Assembly.Location, .. arguments, "--environment=rehearsal"])
        {
            WorkingDirectory = repositoryRoot,
            Environment = new Dictionary<string, string?>([.. variables, .. caller.Variables, .. settings], StringComparer.Ordinal),
            Limit = Limit,
            Grace = Grace,
        };
        var result = await commands.TryAsync(command, cancellation);
        Directory.CreateDirectory(logs);
        await File.WriteAllTextAsync(log, result.Output + result.Error, cancellation);
        if (result.ExitCode != expected)
        {
            const int Shown = 40;
            (result.Output + result.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(Shown).ToList().ForEach(journal.Say);
            throw new RehearsalException(
                $"{string.Join(' ', arguments)} ended with exit code {result.ExitCode}, not {expected}. All that it printed: {Path.GetRelativePath(repositoryRoot, log)}");
        }

        return result.Output;
    }
}

/// <summary>The rehearsal did not go as it must.</summary>
internal sealed class RehearsalException(string message) : Exception(message)
{
    /// <summary>Instances could boot, but not serve.</summary>
    public static RehearsalException Without(IReadOnlyList<MissingPart> parts) => new(
        $"Nothing was rehearsed, for a part of it would fail later:\n{string.Join('\n', parts.Select(static part => $"without {part}"))}\n"
        + "The infrastructure alone needs none of it: ./build.sh --target=TerraformApply --environment=rehearsal");
}
