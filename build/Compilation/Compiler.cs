using VectorDb.Build.Processes;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Compilation;

/// <summary>Compiles everything once; what follows only uses the result.</summary>
public sealed class Compiler
{
    private readonly Workspace _workspace;
    private readonly CommandRunner _commands;
    private readonly StepJournal _journal;

    internal Compiler(Workspace workspace, CommandRunner commands, StepJournal journal) =>
        (_workspace, _commands, _journal) = (workspace, commands, journal);

    public Task BuildAsync(CancellationToken cancellationToken) => BuildAsync(_workspace.Solution, cancellationToken);

    /// <summary>Compiles a project that is not part of the solution, and what it needs.</summary>
    internal Task BuildAsync(string project, CancellationToken cancellationToken) => _journal.RunAsync("Build", async () =>
    {
        using var turn = await _workspace.EnterAsync(cancellationToken);
        await using var server = new CompilerServer(_commands);
        var build = await _commands.TryAsync(
            DotNet("msbuild", project, "-restore", "-p:Configuration=Release", "-p:UseSharedCompilation=true", server.Property, "-m", "-nodeReuse:false", "-v:quiet", "-clp:NoSummary", "-tl:off", "-nologo")
                with
            { OnLine = _journal.Say },
            cancellationToken);
        return build.Succeeded ? null : throw new InvalidOperationException($"{Path.GetFileName(project)} does not compile.");
    });

    /// <summary>Removes all that a build makes: output, intermediate files, artifacts. Releases and data stay.</summary>
    public Task CleanAsync(CancellationToken cancellationToken) => _journal.RunAsync("Clean", async () =>
    {
        using var turn = await _workspace.EnterAsync(cancellationToken);
        var removed = 0;
        foreach (var folder in OutputFolders())
        {
            Directory.Delete(folder, recursive: true);
            removed++;
        }

        return $"{removed} folders";
    });

    /// <returns>What is wrong with the layout of the source; null when nothing is.</returns>
    public async Task<string?> CheckFormatAsync(CancellationToken cancellationToken)
    {
        var check = await _commands.TryAsync(DotNet("format", _workspace.Solution, "--verify-no-changes", "--no-restore", "-v", "minimal"), cancellationToken);
        return check.Succeeded ? null : check.Output + check.Error;
    }

    private Command DotNet(params string[] arguments) => new(Environment.ProcessPath ?? "dotnet", arguments) { WorkingDirectory = _workspace.Root };

    /// <summary>The build's own output stays: it is running. So does the guard that keeps other builds out.</summary>
    private IEnumerable<string> OutputFolders() =>
    [
        .. new[] { _workspace.Published, _workspace.TestResults }.Where(Directory.Exists),
        .. new[] { "src", "tests" }
            .Select(part => Path.Combine(_workspace.Root, part))
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateDirectories)
            .SelectMany(project => new[] { Path.Combine(project, "bin"), Path.Combine(project, "obj") })
            .Where(Directory.Exists),
    ];
}
