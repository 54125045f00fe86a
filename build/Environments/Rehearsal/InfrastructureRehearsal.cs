using VectorDb.Build.Compilation;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Processes;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Environments.Rehearsal;

/// <summary>Makes the whole infrastructure, from nothing, with the real Terraform and the real provider on an emulated AWS.</summary>
internal sealed class InfrastructureRehearsal(CommandRunner commands, Workspace workspace, StepJournal journal, TimeProvider time)
{
    private const double TimeScale = 60;

    /// <param name="apply">Whether to apply the service too, and to plan it again: there must be nothing left to change.</param>
    /// <param name="cancellation">Ends it; the emulator and all that was made in it are gone.</param>
    /// <exception cref="PolicyException">The plan breaks a rule.</exception>
    /// <exception cref="InvalidOperationException">The second plan has changes.</exception>
    public async Task RunAsync(bool apply, CancellationToken cancellation)
    {
        EmulatedAws? aws = null;
        try
        {
            await journal.RunAsync("Emulated AWS", async () =>
            {
                aws = await EmulatedAws.StartAsync(commands, workspace.Root, TimeScale, time, cancellation);
                return $"{aws.Endpoint}";
            });
            var folder = Path.Combine(workspace.Artifacts, "rehearsal");
            var infrastructure = await RehearsalInfrastructure.PrepareAsync(aws!, workspace.Root, folder, cancellation);
            await MakeAsync("Foundation", infrastructure.Foundation, apply: true, cancellation);
            await MakeAsync("Service", infrastructure.Service, apply, cancellation);
        }
        finally
        {
            if (aws is not null)
            {
                await aws.DisposeAsync();
            }
        }
    }

    private async Task MakeAsync(string name, TerraformRoot root, bool apply, CancellationToken cancellation)
    {
        var terraform = new Terraform(commands, root);
        var change = new InfrastructureChange(terraform, Path.Combine(workspace.Root, "terraform", "policy-waivers.json"), time);
        PlannedChange planned = null!;
        await journal.RunAsync($"{name}: TerraformPlan", async () =>
        {
            await terraform.InitializeAsync(withState: true, cancellation);
            planned = await change.PlanAsync(NoInputs, destroy: false, cancellation);
            PlanReport.Lines(name, planned).ToList().ForEach(journal.Say);
            return planned.Findings.Count == 0 ? planned.Plan.Summary.ToString() : throw new PolicyException(planned.Findings);
        });
        if (!apply)
        {
            return;
        }

        await journal.RunAsync($"{name}: TerraformApply", async () =>
        {
            await change.ApplyAsync(planned, null, cancellation);
            return $"{planned.Plan.Summary.Create.Count} resources made";
        });
        await journal.RunAsync($"{name}: nothing left to change", async () =>
        {
            var again = await change.PlanAsync(NoInputs, destroy: false, cancellation);
            return again.Saved.HasChanges
                ? throw new InvalidOperationException($"A second plan of {name} has changes:\n{string.Join('\n', PlanReport.Lines(name, again))}")
                : again.Plan.Summary.ToString();
        });
    }

    private static Dictionary<string, string> NoInputs { get; } = [];
}
