using VectorDb.Build.Processes;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Compilation;

/// <summary>Compiles everything once, and not at all where nothing has changed; what follows only uses the result.</summary>
public sealed class Compiler
{
    private readonly Workspace _workspace;
    private readonly CompiledOutput _output;
    private readonly CommandRunner _commands;
    private readonly StepJournal _journal;
    private readonly bool _analyze;
    private readonly BuildRecord _compiled;
    private readonly BuildRecord _analyzed;

    /// <param name="analyze">Whether the analyzers look at everything too, which takes a quarter of the time and makes the same bytes.</param>
    internal Compiler(Workspace workspace, CompiledOutput output, CommandRunner commands, StepJournal journal, bool analyze)
    {
        (_workspace, _output, _commands, _journal, _analyze) = (workspace, output, commands, journal, analyze);
        _compiled = new BuildRecord(workspace.Root, workspace.RecordOf("build"));
        _analyzed = new BuildRecord(workspace.Root, workspace.RecordOf("analysis"));
    }

    public Task BuildAsync(CancellationToken cancellationToken) => _journal.RunAsync("Build", async () =>
    {
        using var turn = await _workspace.EnterAsync(cancellationToken);
        var sources = _compiled.Sources();
        if ((_analyze ? _analyzed : _compiled).Covers(sources))
        {
            _output.Remember();
            return "unchanged";
        }

        _compiled.Forget();
        if (!_analyze)
        {
            _analyzed.Forget();
        }

        // MSBuild takes outputs that were compiled without analyzers for up to date: the first analysed build has to rebuild.
        string[] how = !_analyze ? ["-p:RunAnalyzers=false"] : _analyzed.Exists ? [] : ["-t:Rebuild"];
        await using var server = new CompilerServer(_commands);
        var build = await _commands.TryAsync(
            DotNet(["msbuild", _workspace.Solution, "-restore", "-p:Configuration=Release", "-p:UseSharedCompilation=true", server.Property, "-m", "-nodeReuse:false", "-v:quiet", "-clp:NoSummary", "-tl:off", "-nologo", .. how])
                with
            { OnLine = _journal.Say },
            cancellationToken);
        if (!build.Succeeded)
        {
            throw new InvalidOperationException("The solution does not compile.");
        }

        await _compiled.KeepAsync(sources, cancellationToken);
        if (_analyze)
        {
            await _analyzed.KeepAsync(sources, cancellationToken);
        }

        _output.Remember();
        return null;
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

    private Command DotNet(params string[] arguments) => new(Environment.ProcessPath ?? "dotnet", arguments)
    {
        WorkingDirectory = _workspace.Root,
        Environment = _workspace.Mark,
    };

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
