using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Rendering;

namespace VectorDb.Build.Tasks;

[TaskName("RenderTemplates")]
[TaskDescription("Render the files of this release to artifacts/<environment>/<release>")]
[TargetGroup(TargetGroup.Infrastructure)]
[IsDependentOn(typeof(EcrPushTask))]
public sealed class RenderTemplatesTask(ReleaseRendering rendering) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => rendering.RunAsync(context.Cancellation);
}
