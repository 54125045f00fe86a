using System.Text.RegularExpressions;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Preflight;

/// <summary>
/// Keys in tracked files, and in any version of them that the history has ever held: who clones the repository has them. One pass of git's
/// own search over each; what it finds is named by place, and never shown.
/// </summary>
internal sealed partial class KeyScan(string root, CommandRunner commands)
{
    /// <summary>One line a known false alarm: a path.</summary>
    public const string AllowList = "build/Preflight/allowed-keys.txt";

    private const int NothingFound = 1;

    // Extended regular expressions, as git takes them.
    private static readonly (string Name, string Pattern)[] Kinds =
    [
        ("AWS access key", "(AKIA|ASIA)[A-Z0-9]{16}"),
        ("private key", "-----BEGIN ([A-Z]+ )*PRIVATE KEY-----"),
        ("OpenAI key", "sk-(proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,}"),
        ("VectorDb API key", "vdb_[0-9a-f]{8}_[0-9a-f]{64}"),
        ("GitHub token", "(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40})"),
    ];

    private static readonly string Any = string.Join('|', Kinds.Select(static kind => $"({kind.Pattern})"));

    public async Task<IReadOnlyList<Finding>> FindAsync(CancellationToken cancellation)
    {
        if (!(await RunAsync(cancellation, "rev-parse", "--git-dir")).Succeeded)
        {
            return [];
        }

        if ((await RunAsync(cancellation, "rev-parse", "--is-shallow-repository")).Output.Trim() == "true")
        {
            return [new Finding("history", "This clone has a part of the history only", "A key that once was in the rest would not be found.", "git fetch --unshallow   (in a pipeline: fetch-depth: 0)")];
        }

        var allowed = await AllowedAsync(cancellation);
        var found = await Task.WhenAll(TreeAsync(cancellation), HistoryAsync(cancellation), SettingsFilesAsync(cancellation));
        return [.. found.SelectMany(static each => each).Where(each => !allowed.Contains(each.Place)).DistinctBy(static each => each.Finding.What).Select(static each => each.Finding)];
    }

    private async Task<IEnumerable<(string Place, Finding Finding)>> TreeAsync(CancellationToken cancellation)
    {
        var result = await RunAsync(cancellation, "grep", "-I", "-E", "--no-color", "--name-only", "-e", Any);
        return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(path => (path, Leaked($"{path} holds what looks like a key", $"take it out of {path}, and put it where it belongs: ./build.sh --target=PutSecret")));
    }

    /// <summary>Every commit that changed the number of such texts in a file, with the file.</summary>
    private async Task<IEnumerable<(string Place, Finding Finding)>> HistoryAsync(CancellationToken cancellation)
    {
        var result = await RunAsync(cancellation, "log", "--all", "--no-renames", "--extended-regexp", $"-G{Any}", "--format=commit %h", "--name-only");
        var commit = "";
        List<(string Commit, string Path)> suspects = [];
        foreach (var line in result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Commit().Match(line) is { Success: true } match)
            {
                commit = match.Groups["id"].Value;
            }
            else
            {
                suspects.Add((commit, line));
            }
        }

        // A commit that removes a key is named with the one that brought it; the first is enough for a path.
        return suspects.GroupBy(static suspect => suspect.Path, StringComparer.Ordinal).Select(static group => (
            group.Key,
            Leaked(
                $"{group.Key} held what looks like a key in commit {group.Last().Commit}",
                $"look: git show {group.Last().Commit} -- {group.Key}; revoke the key where it comes from; a false alarm is a line '{group.Key}' in {AllowList}")));
    }

    private async Task<IEnumerable<(string Place, Finding Finding)>> SettingsFilesAsync(CancellationToken cancellation)
    {
        var result = await RunAsync(cancellation, "log", "--all", "--diff-filter=A", "--format=", "--name-only", "--", ".env", ".env.*", "**/.env", "**/.env.*");
        return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(static path => !path.EndsWith(".template", StringComparison.Ordinal))
            .Select(path => (path, Leaked($"{path} is or was in the repository", $"git rm --cached {path}; revoke every key that was ever in it")));
    }

    private static Finding Leaked(string what, string fix) => new("leaked-key", what, "Everybody who can clone the repository has it.", fix);

    private async Task<IReadOnlySet<string>> AllowedAsync(CancellationToken cancellation)
    {
        var path = Path.Combine(root, AllowList);
        var lines = File.Exists(path) ? await File.ReadAllLinesAsync(path, cancellation) : [];
        return lines.Select(static line => line.Split('#')[0].Trim()).Where(static line => line.Length > 0).ToHashSet(StringComparer.Ordinal);
    }

    private async Task<CommandResult> RunAsync(CancellationToken cancellation, params string[] arguments)
    {
        var command = new Command("git", ["-c", "core.quotePath=false", .. arguments]) { WorkingDirectory = root };
        var result = await commands.TryAsync(command, cancellation);
        return result.Succeeded || result.ExitCode == NothingFound || arguments[0] == "rev-parse" ? result : throw CommandFailedException.Of(command, result);
    }

    [GeneratedRegex("^commit (?<id>[0-9a-f]{7,40})$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Commit();
}
