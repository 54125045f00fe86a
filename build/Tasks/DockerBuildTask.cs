using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Images;

namespace VectorDb.Build.Tasks;

[TaskName("DockerBuild")]
[TaskDescription("Make the images of this release; unchanged content is not built again")]
[TargetGroup(TargetGroup.Infrastructure)]
[IsDependentOn(typeof(PublishTask))]
public sealed class DockerBuildTask(ReleaseImages images) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => images.BuildAsync(context.Cancellation);
}
