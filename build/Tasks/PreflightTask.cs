using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Preflight;

namespace VectorDb.Build.Tasks;

[TaskName(Name)]
[TaskDescription("Say what would stop a deploy, each with what ends it; change nothing")]
[TargetGroup(TargetGroup.Look)]
[AwsOnly]
public sealed class PreflightTask(PreflightCheck preflight) : AsyncFrostingTask<BuildContext>
{
    internal const string Name = "Preflight";

    public override Task RunAsync(BuildContext context) => preflight.EnsureAsync(context.Cancellation);
}
