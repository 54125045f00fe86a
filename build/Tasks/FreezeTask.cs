using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Tasks;

[TaskName("Freeze")]
[TaskDescription("Stop deploys, with a message for whoever tries (--message)")]
[TargetGroup(TargetGroup.Release)]
public sealed class FreezeTask(DeployFreeze freeze) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => freeze.FreezeAsync(context.Value(Options.Message), context.Cancellation);
}
