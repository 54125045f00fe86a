using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Tasks;

[TaskName("PlanPromotion")]
[TaskDescription("Plan what Promote would apply, and change nothing")]
[TargetGroup(TargetGroup.Infrastructure)]
[AwsOnly]
public sealed class PlanPromotionTask(Promotion promotion) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => promotion.PlanAsync(context.Value(Options.From)!, context.Cancellation);
}
