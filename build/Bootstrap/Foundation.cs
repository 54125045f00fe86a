using VectorDb.Build.Compilation;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Processes;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Bootstrap;

/// <summary>What must exist before an image can be pushed or a release recorded: planned, judged, approved, applied.</summary>
internal sealed class Foundation(CommandRunner commands, Workspace workspace, Approval approval, StepJournal journal, TimeProvider time)
{
    private static readonly Dictionary<string, string> NoInputs = [];

    /// <param name="approve">Hash of the plan that may be applied; null to ask.</param>
    /// <returns>Whether anything was changed.</returns>
    public async Task<bool> EnsureAsync(AwsAccount account, string? approve, CancellationToken cancellation)
    {
        var stored = await StoredSettings.OfAsync(workspace.Root, account.Environment, account.Settings, cancellation);
        var roots = new AwsTerraform(account, workspace);
        var terraform = new Terraform(commands, roots.Foundation(FoundationVariables.Of(account, stored)));
        var change = new InfrastructureChange(terraform, roots.Waivers, time);
        PlannedChange planned = null!;
        await journal.RunAsync("Foundation: plan", async () =>
        {
            await terraform.InitializeAsync(withState: true, cancellation);
            planned = await change.PlanAsync(NoInputs, destroy: false, cancellation);
            if (planned.Saved.HasChanges)
            {
                PlanReport.Lines("Foundation", planned).ToList().ForEach(journal.Say);
            }

            return planned.Plan.Summary.ToString();
        });
        if (!planned.Saved.HasChanges)
        {
            return false;
        }

        await journal.RunAsync("Foundation: apply", async () =>
        {
            await approval.EnsureAsync(
                planned, approve, new ApprovalRequest("Bootstrap", account.Environment, account.Settings.Require(SettingsCatalogue.Approval)), cancellation);
            await change.ApplyAsync(planned, journal.Say, cancellation);
            return planned.Plan.Summary.ToString();
        });
        return true;
    }
}
