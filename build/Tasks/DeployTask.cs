using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Tasks;

[TaskName("Deploy")]
[TaskDescription("Build, test, roll out and prove this tree; take it back if it fails")]
[TargetGroup(TargetGroup.Release)]
[ChangesEnvironment(NeedsPreflight = true)]
[IsDependentOn(typeof(TerraformApplyTask))]
public sealed class DeployTask(Deployment deployment) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => deployment.RunAsync(context.Cancellation);
}
