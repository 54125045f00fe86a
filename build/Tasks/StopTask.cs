using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Tasks;

[TaskName("Stop")]
[TaskDescription("Stop all that runs; releases, data and history stay")]
[TargetGroup(TargetGroup.Release)]
[ThisMachineOnly]
[ChangesEnvironment(DespiteFreeze = true)]
public sealed class StopTask(Shutdown shutdown) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => shutdown.RunAsync(context.Cancellation);
}
