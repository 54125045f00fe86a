using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Infrastructure;

namespace VectorDb.Build.Tasks;

[TaskName("TerraformApply")]
[TaskDescription("Plan, judge and apply the infrastructure")]
[TargetGroup(TargetGroup.Infrastructure)]
public sealed class TerraformApplyTask(InfrastructureRun infrastructure) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => infrastructure.ApplyAsync(context.Cancellation);
}
