using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Infrastructure.Destruction;

namespace VectorDb.Build.Tasks;

[TaskName("Destroy")]
[TaskDescription("Destroy the service of an environment; what is left is told")]
[TargetGroup(TargetGroup.Infrastructure)]
[AwsOnly]
[ChangesEnvironment(DespiteFreeze = true, AlsoWithoutLock = true)]
public sealed class DestroyTask(EnvironmentDestruction destruction) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) =>
        destruction.RunAsync(context.Value(Options.Confirm), context.Value(Options.WithFoundation), context.Cancellation);
}
