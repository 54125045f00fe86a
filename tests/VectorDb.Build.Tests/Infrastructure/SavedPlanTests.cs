using VectorDb.Build.Infrastructure;
using VectorDb.Build.Processes;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Tests.Infrastructure;

/// <summary>Two runs of one checkout save their plans in one place.</summary>
public sealed class SavedPlanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string PlanFile => _folder.File("change.tfplan");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_plan_that_another_run_has_saved_over_the_one_shown_is_not_applied()
    {
        var shown = await SaveAsync("shown");
        await SaveAsync("another");

        await Assert.ThrowsAsync<PlanReplacedException>(() => ApplyAsync(shown));
    }

    [Fact]
    public async Task A_plan_that_another_run_is_about_to_apply_is_not_applied_twice()
    {
        var shown = await SaveAsync("shown");
        File.Move(PlanFile, _folder.File("change.applied.tfplan"));

        await Assert.ThrowsAsync<PlanReplacedException>(() => ApplyAsync(shown));
    }

    private async Task<SavedPlan> SaveAsync(string content)
    {
        await File.WriteAllTextAsync(PlanFile, content, TestContext.Current.CancellationToken);
        return new SavedPlan(PlanFile, HasChanges: true, ContentHash.OfText(content));
    }

    private Task ApplyAsync(SavedPlan plan) => new Terraform(new CommandRunner(TimeProvider.System), new TerraformRoot(_folder.Path, _folder.File("work")))
        .ApplyAsync(plan, static _ => { }, TestContext.Current.CancellationToken);
}
