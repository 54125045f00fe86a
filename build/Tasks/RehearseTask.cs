using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments.Rehearsal.Story;

namespace VectorDb.Build.Tasks;

[TaskName("Rehearse")]
[TaskDescription("Live the production release on an emulated AWS: deploy, replace, break, roll back, destroy")]
[TargetGroup(TargetGroup.Release)]
[ThisMachineOnly]
[IsDependentOn(typeof(PublishTask))]
public sealed class RehearseTask(Rehearsal rehearsal) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => rehearsal.RunAsync(context.Rehearsed, context.Cancellation);
}
