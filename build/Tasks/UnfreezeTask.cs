using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Tasks;

[TaskName("Unfreeze")]
[TaskDescription("Let deploys go on after a freeze or a rollback")]
[TargetGroup(TargetGroup.Release)]
public sealed class UnfreezeTask(DeployFreeze freeze) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => freeze.UnfreezeAsync(context.Cancellation);
}
