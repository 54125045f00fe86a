using VectorDb.Build.Releases.Files;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Compilation;

/// <summary>The source tree at hand. Two builds at the same time would spoil each other's files, so each waits for its turn.</summary>
internal sealed class Workspace(string root, StepJournal journal)
{
    public string Root { get; } = root;

    public string Solution => Path.Combine(Root, "VectorDb.sln");

    public string Artifacts => Path.Combine(Root, "artifacts");

    public string Published => Path.Combine(Artifacts, "publish");

    public string TestResults => Path.Combine(Artifacts, "test-results");

    private string Guard => Path.Combine(Artifacts, "workspace.guard");

    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        if (FileGuard.TryEnter(Guard) is { } guard)
        {
            return guard;
        }

        journal.Say($"Another build works on {Root}; waiting until it is done ...");
        return await FileGuard.EnterAsync(Guard, cancellationToken);
    }
}
