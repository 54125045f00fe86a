using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Tasks;

[TaskName("Rollback")]
[TaskDescription("Bring the last verified release back, or the one that --to names")]
[TargetGroup(TargetGroup.Release)]
[ChangesEnvironment(DespiteFreeze = true, OverWaiting = true)]
public sealed class RollbackTask(Rollback rollback) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => rollback.RunAsync(context.Value(Options.To), context.Cancellation);
}
