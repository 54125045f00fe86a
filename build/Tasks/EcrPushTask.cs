using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Images;

namespace VectorDb.Build.Tasks;

[TaskName("EcrPush")]
[TaskDescription("Bring the images to the registry and learn their digests")]
[TargetGroup(TargetGroup.Infrastructure)]
[IsDependentOn(typeof(DockerBuildTask))]
public sealed class EcrPushTask(ReleaseImages images) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => images.PushAsync(context.Cancellation);
}
