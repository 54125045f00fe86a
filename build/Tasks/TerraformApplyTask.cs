using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Infrastructure;

namespace VectorDb.Build.Tasks;

[TaskName("TerraformApply")]
[TaskDescription("Apply the plan that was approved, and no other")]
[TargetGroup(TargetGroup.Infrastructure)]
[ChangesEnvironment]
[IsDependentOn(typeof(TerraformPlanTask))]
public sealed class TerraformApplyTask(ReleaseInfrastructure infrastructure) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) =>
        infrastructure.ApplyAsync(context.Value(Options.Approve), context.Value(Options.Target)!, context.Cancellation);
}
