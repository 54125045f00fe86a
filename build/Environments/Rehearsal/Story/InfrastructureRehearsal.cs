using VectorDb.Build.Compilation;
using VectorDb.Build.Images;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Processes;
using VectorDb.Build.Publishing;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Environments.Rehearsal.Story;

/// <summary>
/// The infrastructure of the release at hand, from nothing: the real Terraform and provider on an emulated AWS. It needs no container
/// engine: where images would have digests from a registry, they have digests that follow from their content.
/// </summary>
internal sealed class InfrastructureRehearsal(CommandRunner commands, Workspace workspace, StepJournal journal, TimeProvider time)
{
    private const string NothingLeft = "nothing left to change";

    private static readonly Dictionary<string, string?> NoSettings = [];

    /// <param name="apply">Whether to apply the service too, and to plan it again: there must be nothing left to change.</param>
    /// <param name="cancellation">Ends it; the emulator and all that was made in it are gone.</param>
    public async Task RunAsync(bool apply, CancellationToken cancellation)
    {
        RehearsalStage? stage = null;
        try
        {
            await journal.RunAsync("Emulated AWS", async () =>
            {
                stage = await RehearsalStage.OpenAsync(commands, workspace, RehearsalStage.WithoutDocker, journal, time, cancellation);
                return $"{stage.Site.Aws.Endpoint}";
            });
            await ActAsync(stage!, apply, cancellation);
        }
        finally
        {
            if (stage is not null)
            {
                await stage.DisposeAsync();
            }
        }
    }

    /// <summary>In a site that is open.</summary>
    public async Task ActAsync(RehearsalStage stage, bool apply, CancellationToken cancellation)
    {
        await StepAsync("Bootstrap", RehearsalCaller.Administrator, "--target=Bootstrap", $"--files={stage.Pinned.Folder}");
        await StandInImages().WriteAsync(workspace.Artifacts, "rehearsal", cancellation);
        var deployer = await RehearsalCaller.AssumeAsync("vectordb-rehearsal-deployer", stage.Site.Aws.Endpoint, time, cancellation);
        await StepAsync("TerraformPlan", deployer, "--target=TerraformPlan", "--exclusive");
        if (apply)
        {
            await StepAsync("TerraformApply", deployer, "--target=TerraformApply", "--exclusive");
            await StepAsync(NothingLeft, deployer, "--target=TerraformApply", "--exclusive");
        }

        Task StepAsync(string name, RehearsalCaller caller, params string[] arguments) => journal.RunAsync(name, async () =>
        {
            var printed = await stage.Build.RunAsync(caller, NoSettings, expected: 0, cancellation, arguments);
            var plan = printed.Split('\n').SkipWhile(static line => !line.Contains(" to create", StringComparison.Ordinal) && !line.Contains("nothing to change", StringComparison.Ordinal))
                .TakeWhile(static line => line.StartsWith("  ", StringComparison.Ordinal)).ToList();
            plan.ForEach(line => journal.Say(line.Trim()));
            if (name == NothingLeft && !(await PlanFile.ReadAsync(workspace.Artifacts, "rehearsal", cancellation)).Summary.IsEmpty)
            {
                throw new RehearsalException($"A second plan has changes:\n{string.Join('\n', plan)}");
            }

            return plan.FirstOrDefault()?.Trim();
        });
    }

    private PushedRelease StandInImages()
    {
        var recipes = ImageRecipe.OfRelease(workspace.Root, RehearsedBases.Runtime, RehearsedBases.Nginx);
        return new PushedRelease(
            PublishedOutput.Read(workspace.Published).Services,
            ReleaseSources.Of(workspace.Root, recipes),
            recipes.ToDictionary(static recipe => recipe.Repository, static recipe => recipe.StandInDigest(), StringComparer.Ordinal));
    }
}
