using VectorDb.Build.Processes;
using VectorDb.Build.Releases.Files;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Compilation;

/// <summary>The source tree at hand. Two builds at the same time would spoil each other's files, so each waits for its turn.</summary>
internal sealed class Workspace(string root, Orphans orphans, StepJournal journal)
{
    public string Root { get; } = root;

    public string Solution => Path.Combine(Root, "VectorDb.sln");

    public string Artifacts => Path.Combine(Root, "artifacts");

    public string Published => Path.Combine(Artifacts, "publish");

    public string TestResults => Path.Combine(Artifacts, "test-results");

    /// <summary>The environment of programs that work on the tree, by which they are found should this run be killed.</summary>
    public IReadOnlyDictionary<string, string?> Mark => orphans.Mark;


    private string Guard => Path.Combine(Artifacts, "workspace.guard");

    /// <summary>Where it is written down what was last worked on with success.</summary>
    public string RecordOf(string work) => Path.Combine(Artifacts, $"{work}.record");

    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        if (FileGuard.TryEnter(Guard) is not { } guard)
        {
            journal.Say($"Another build works on {Root}; waiting until it is done ...");
            guard = await FileGuard.EnterAsync(Guard, cancellationToken);
        }

        if (orphans.End() is > 0 and var ended)
        {
            journal.Say($"Ended {ended} programs that a killed build had left.");
        }

        return guard;
    }
}
