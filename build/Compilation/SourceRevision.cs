using VectorDb.Build.Processes;

namespace VectorDb.Build.Compilation;

/// <summary>Which commit the tree at hand is.</summary>
internal sealed class SourceRevision(string root, CommandRunner commands)
{
    private const string None = "none";

    /// <returns>The full commit id, with <c>-dirty</c> for a tree with changes; <c>none</c> outside a git checkout.</returns>
    public async Task<string> CommitAsync(CancellationToken cancellationToken)
    {
        try
        {
            var head = await commands.TryAsync(Git("rev-parse", "HEAD"), cancellationToken);
            if (!head.Succeeded)
            {
                return None;
            }

            var changes = await commands.TryAsync(Git("status", "--porcelain"), cancellationToken);
            return head.Output.Trim() + (changes.Succeeded && changes.Output.Trim().Length == 0 ? "" : "-dirty");
        }
        catch (CommandFailedException)
        {
            // There is no git here.
            return None;
        }
    }

    private Command Git(params string[] arguments) => new("git", arguments) { WorkingDirectory = root };
}
