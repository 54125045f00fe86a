using VectorDb.Build.Compilation;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Publishing;

/// <summary>Lays out what was compiled and tested, a folder a program, in <c>artifacts/publish</c>.</summary>
public sealed class Publication
{
    private static readonly (string Name, string Project)[] Programs =
    [
        ("api", "VectorDb.Api"), ("worker", "VectorDb.Worker"), ("dashboard", "VectorDb.Dashboard"), (PublishedOutput.HostName, "VectorDb.LocalHost"),
    ];

    private readonly Workspace _workspace;
    private readonly CompiledOutput _compiled;
    private readonly StepJournal _journal;

    internal Publication(Workspace workspace, CompiledOutput compiled, StepJournal journal) => (_workspace, _compiled, _journal) = (workspace, compiled, journal);

    internal string Folder => _workspace.Published;

    /// <exception cref="InvalidOperationException">Another build has changed what this run compiled and tested.</exception>
    public Task PublishAsync(CancellationToken cancellationToken) => _journal.RunAsync("Publish", async () =>
    {
        using var turn = await _workspace.EnterAsync(cancellationToken);
        _compiled.EnsureUnchanged();
        var changed = Programs.Where(program => LayOut(program.Name, program.Project)).Select(program => program.Name).ToList();
        return changed.Count == 0 ? "unchanged" : string.Join(", ", changed);
    });

    /// <exception cref="InvalidOperationException">Nothing was published yet.</exception>
    internal PublishedOutput Read()
    {
        try
        {
            return PublishedOutput.Read(_workspace.Published);
        }
        catch (DirectoryNotFoundException failure)
        {
            throw new InvalidOperationException($"{_workspace.Published} is not complete; run ./build.sh --target=Publish first.", failure);
        }
    }

    /// <returns>False when the same bytes lie there already; those are not touched, because somebody may be reading them.</returns>
    private bool LayOut(string name, string project)
    {
        var compiled = new CompiledProgram(Path.Combine(_workspace.Root, "src", project));
        var target = Path.Combine(_workspace.Published, name);
        if (Directory.Exists(target) && compiled.IsLaidOutIn(target))
        {
            return false;
        }

        var next = Path.Combine(_workspace.Published, $".next-{name}");
        Remove(next);
        compiled.LayOut(next);
        Remove(target);
        Directory.Move(next, target);
        return true;
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
