using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Preflight;

/// <summary>Whether what would be released is what the commit says.</summary>
internal sealed class TreeCheck(string root, CommandRunner commands)
{
    public async Task<IReadOnlyList<Finding>> FindAsync(string environment, CancellationToken cancellation)
    {
        if (environment == AwsEnvironment.Rehearsal)
        {
            return [];
        }

        var status = await commands.TryAsync(new Command("git", "status", "--porcelain") { WorkingDirectory = root }, cancellation);
        if (!status.Succeeded)
        {
            return [new Finding("tree", "This is no git checkout", "A release is traced back to its commit.", "deploy from a clone")];
        }

        var changes = status.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return changes.Length == 0
            ? []
            : [new Finding("tree-dirty", $"{changes.Length} file(s) differ from the commit, {changes[0].Trim()} among them", "Nobody could make this release again.", "git stash, or git add -A && git commit")];
    }
}
