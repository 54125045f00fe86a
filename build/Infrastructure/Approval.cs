using Cake.Core;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Infrastructure;

/// <summary>What is asked before a plan is applied, and where a pipeline gives the answer.</summary>
/// <param name="Target">The target that goes on once the plan is approved.</param>
/// <param name="Environment">Its environment.</param>
/// <param name="Setting">Value of <see cref="SettingsCatalogue.Approval"/>.</param>
internal sealed record ApprovalRequest(string Target, string Environment, string Setting)
{
    public const string Required = "required";

    /// <summary>Only what loses data or connections is asked for.</summary>
    public const string None = "none";
}

/// <summary>Somebody says yes to a plan before it is applied: at the terminal, by its hash, or once and for all in the settings.</summary>
internal sealed class Approval(Terminal terminal, StepJournal journal)
{
    private const string Yes = "yes";

    /// <param name="change">Shown before, with its hash.</param>
    /// <param name="given">Value of <c>--approve</c>; null for none.</param>
    /// <exception cref="PolicyException">The plan breaks a rule: nobody can approve that.</exception>
    /// <exception cref="CakeException">It is not approved; says how it would be.</exception>
    public async Task EnsureAsync(PlannedChange change, string? given, ApprovalRequest request, CancellationToken cancellation)
    {
        if (change.Findings.Count > 0)
        {
            throw new PolicyException(change.Findings);
        }

        if (!change.Saved.HasChanges)
        {
            return;
        }

        if (given is not null)
        {
            journal.Say(Names(given, change) ? "approved by its hash" : throw Refused(change, request, $"--approve names {given}: the plan has changed since, or it was another one."));
        }
        else if (request.Setting == ApprovalRequest.None && Loss(change) is null)
        {
            journal.Say($"approved by {SettingsCatalogue.Approval.Name}={ApprovalRequest.None}: nothing that holds data or carries traffic is replaced or destroyed");
        }
        else if (!terminal.IsInteractive)
        {
            throw Refused(change, request, Loss(change) is { } loss ? $"It replaces or destroys what {loss}." : "Nobody is at a terminal to ask.");
        }
        else if (await terminal.AskAsync($"Apply this plan to {request.Environment}? Type {Yes}:", cancellation) != Yes)
        {
            throw Refused(change, request, "The answer was no.");
        }
    }

    /// <returns>What goes that nobody has asked for by a setting; null for nothing of the kind.</returns>
    private static string? Loss(PlannedChange change)
    {
        var gone = change.Plan.Changes.Where(static each => each.Destroys).ToList();
        return gone.Any(static each => each.IsStateful) ? "holds data" : gone.Find(static each => each.CarriesTraffic) is { } way ? $"carries traffic ({way.Address})" : null;
    }

    // With or without the algorithm in front, as people copy it.
    private static bool Names(string given, PlannedChange change) =>
        given.Equals(change.Hash.ToString(), StringComparison.OrdinalIgnoreCase) || given.Equals(change.Hash.Hex, StringComparison.OrdinalIgnoreCase);

    private static CakeException Refused(PlannedChange change, ApprovalRequest request, string why) => new(
        $"The plan ({change.Plan.Summary}) was not approved, and nothing was applied. {why} "
        + $"Read it above, then: ./build.sh --target={request.Target} --environment={request.Environment} --approve={change.Hash}");
}
