using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Infrastructure;

namespace VectorDb.Build.Tasks;

[TaskName("TerraformPlan")]
[TaskDescription("Plan the infrastructure, judge the plan and print its summary")]
[TargetGroup(TargetGroup.Infrastructure)]
public sealed class TerraformPlanTask(InfrastructureRun infrastructure) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => infrastructure.PlanAsync(context.Cancellation);
}
