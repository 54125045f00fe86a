using Cake.Frosting;
using VectorDb.Build.Backups;
using VectorDb.Build.CommandLine;

namespace VectorDb.Build.Tasks;

[TaskName("Restore")]
[TaskDescription("Put a backup in place and run on it; what was there is kept aside")]
[TargetGroup(TargetGroup.Data)]
[ThisMachineOnly]
[ChangesEnvironment(DespiteFreeze = true)]
public sealed class RestoreTask(Restore restore) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => restore.RunAsync(context.Value(Options.From)!, context.Cancellation);
}
