using Cake.Frosting;
using VectorDb.Build.Backups;
using VectorDb.Build.CommandLine;

namespace VectorDb.Build.Tasks;

[TaskName("Backup")]
[TaskDescription("Copy records, tasks and files to a folder or bucket, while everything runs")]
[TargetGroup(TargetGroup.Data)]
[ThisMachineOnly]
public sealed class BackupTask(Backup backup) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => backup.RunAsync(context.Value(Options.To)!, context.Cancellation);
}
