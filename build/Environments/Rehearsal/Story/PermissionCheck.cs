using System.Text.Json;
using VectorDb.Build.Compilation;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Environments.Rehearsal.Story;

/// <param name="Role">Whose, without the environment's name.</param>
/// <param name="Actions">The actions; one that ends in an asterisk stands for all that begin so.</param>
/// <param name="Reason">Why the role needs them although no rehearsal uses them.</param>
internal sealed record UnusedPermission(string Role, IReadOnlyList<string> Actions, string Reason)
{
    public bool Covers(string role, string action) => role.EndsWith($"-{Role}", StringComparison.Ordinal)
        && Actions.Any(named => named.EndsWith('*') ? action.StartsWith(named[..^1], StringComparison.Ordinal) : action == named);
}

/// <summary>
/// Holds every recorded call against the policies of its caller's role: what was called must be allowed, and what is allowed must have
/// been called or be there for a reason that is written down.
/// </summary>
internal sealed class PermissionCheck(Workspace workspace, StepJournal journal)
{
    private const string Reasons = "build/Environments/Rehearsal/Story/unused-permissions.json";

    /// <param name="allowed">Actions by role.</param>
    /// <param name="calls">The emulator's record.</param>
    /// <returns>The verdict in a line.</returns>
    /// <exception cref="RehearsalException">A role lacks a permission, or has one that nobody can explain.</exception>
    public string Judge(IReadOnlyDictionary<string, IReadOnlySet<string>> allowed, JsonElement calls)
    {
        var reasons = JsonSerializer.Deserialize<IReadOnlyList<UnusedPermission>>(File.ReadAllText(Path.Combine(workspace.Root, Reasons)), JsonSerializerOptions.Web)!;
        var used = calls.EnumerateArray()
            .GroupBy(static call => call.GetProperty("principal").GetString()!, StringComparer.Ordinal)
            .ToDictionary(static caller => caller.Key, static caller => caller.Select(static call => call.GetProperty("permission").GetString()!).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        var denied = new List<string>();
        var unexplained = new List<string>();
        var told = new List<string>();
        foreach (var (role, actions) in allowed)
        {
            var calledFor = used.GetValueOrDefault(role) ?? [];
            denied.AddRange(calledFor.Except(actions).Order(StringComparer.Ordinal).Select(action => $"{role} called {action}, which no policy of it allows"));
            unexplained.AddRange(actions.Except(calledFor).Where(action => !reasons.Any(reason => reason.Covers(role, action))).Order(StringComparer.Ordinal)
                .Select(action => $"{role} may {action}, which nothing used and {Reasons} does not explain"));
            told.Add($"{role.Split('-')[^1]} {calledFor.Count} of {actions.Count}");
        }

        denied.Concat(unexplained).ToList().ForEach(journal.Say);
        return denied.Count + unexplained.Count == 0
            ? $"permissions used: {string.Join(", ", told)}; none missing, every other one explained"
            : throw new RehearsalException($"{denied.Count} calls are not allowed, and {unexplained.Count} permissions are unexplained.");
    }
}
