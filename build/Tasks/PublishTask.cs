using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Publishing;

namespace VectorDb.Build.Tasks;

[TaskName("Publish")]
[TaskDescription("Lay out the tested services in artifacts/publish")]
[TargetGroup(TargetGroup.BuildAndTest)]
[ThisMachineOnly]
[IsDependentOn(typeof(FastSuiteTask))]
public sealed class PublishTask(Publication publication) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => publication.PublishAsync(context.Cancellation);
}
