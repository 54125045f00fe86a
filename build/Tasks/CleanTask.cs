using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Compilation;

namespace VectorDb.Build.Tasks;

[TaskName("Clean")]
[TaskDescription("Remove what builds have made; releases and data stay")]
[TargetGroup(TargetGroup.BuildAndTest)]
[ThisMachineOnly]
public sealed class CleanTask(Compiler compiler) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => compiler.CleanAsync(context.Cancellation);
}
