using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Infrastructure;

namespace VectorDb.Build.Tasks;

[TaskName("TerraformPlan")]
[TaskDescription("Plan the infrastructure, judge the plan and print its summary")]
[TargetGroup(TargetGroup.Infrastructure)]
[IsDependentOn(typeof(RenderTemplatesTask))]
public sealed class TerraformPlanTask(ReleaseInfrastructure infrastructure) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => infrastructure.PlanAsync(context.Cancellation);
}
