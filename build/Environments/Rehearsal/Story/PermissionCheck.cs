using System.Text.Json;

namespace VectorDb.Build.Environments.Rehearsal.Story;

/// <param name="Roles">Whose, without the environment's name.</param>
/// <param name="Actions">The actions; one that ends in an asterisk stands for all that begin so.</param>
/// <param name="Reason">Why the roles need them although no rehearsal uses them.</param>
internal sealed record UnusedPermission(IReadOnlyList<string> Roles, IReadOnlyList<string> Actions, string Reason)
{
    public bool Covers(string role, string action) => Roles.Any(one => role.EndsWith($"-{one}", StringComparison.Ordinal))
        && Actions.Any(named => named.EndsWith('*') ? action.StartsWith(named[..^1], StringComparison.Ordinal) : action == named);
}

/// <summary>
/// Holds every recorded call against the policies of its caller's role: what was called must be allowed, and what is allowed must have
/// been called or be there for a reason that is written down. Actions alone: on which resources and conditions is for the tests of Terraform.
/// </summary>
/// <param name="reasons">Why roles have what nothing uses.</param>
/// <param name="say">Told of each finding.</param>
internal sealed class PermissionCheck(IReadOnlyList<UnusedPermission> reasons, Action<string> say)
{
    private const string Reasons = "build/Environments/Rehearsal/Story/unused-permissions.json";

    public static PermissionCheck Of(string repositoryRoot, Action<string> say) =>
        new(JsonSerializer.Deserialize<IReadOnlyList<UnusedPermission>>(File.ReadAllText(Path.Combine(repositoryRoot, Reasons)), JsonSerializerOptions.Web)!, say);

    /// <param name="allowed">Actions by role.</param>
    /// <param name="calls">The emulator's record.</param>
    /// <returns>The verdict in a line.</returns>
    /// <exception cref="RehearsalException">A role lacks a permission, or has one that nobody can explain.</exception>
    public string Judge(IReadOnlyDictionary<string, IReadOnlySet<string>> allowed, IReadOnlyList<RecordedCall> calls)
    {
        var used = calls.ToLookup(static call => call.Principal, StringComparer.Ordinal);
        var denied = new List<string>();
        var unexplained = new List<string>();
        var told = new List<string>();
        foreach (var (role, actions) in allowed)
        {
            var calledFor = used[role].SelectMany(static call => call.Permissions).ToHashSet(StringComparer.Ordinal);
            denied.AddRange(calledFor.Except(actions).Order(StringComparer.Ordinal).Select(action => $"{role} called {action}, which no policy of it allows"));
            unexplained.AddRange(actions.Except(calledFor).Where(action => !reasons.Any(reason => reason.Covers(role, action))).Order(StringComparer.Ordinal)
                .Select(action => $"{role} may {action}, which nothing used and {Reasons} does not explain"));
            told.Add($"{role.Split('-')[^1]} {calledFor.Count} of {actions.Count}");
        }

        denied.Concat(unexplained).ToList().ForEach(say);
        return denied.Count + unexplained.Count == 0
            ? $"permissions used: {string.Join(", ", told)}; no action missing, every other one explained"
            : throw new RehearsalException($"{denied.Count} calls are not allowed, and {unexplained.Count} permissions are unexplained.");
    }
}
