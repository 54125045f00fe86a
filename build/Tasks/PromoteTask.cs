using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Tasks;

[TaskName("Promote")]
[TaskDescription("Roll out what another environment has proved, by the same digests")]
[TargetGroup(TargetGroup.Release)]
[AwsOnly]
[ChangesEnvironment(NeedsPreflight = true)]
public sealed class PromoteTask(Promotion promotion) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) =>
        promotion.RunAsync(context.Value(Options.From)!, context.Value(Options.Approve), context.Cancellation);
}
