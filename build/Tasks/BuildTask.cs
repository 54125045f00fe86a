using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Compilation;

namespace VectorDb.Build.Tasks;

[TaskName(Name)]
[TaskDescription("Compile everything, once")]
[TargetGroup(TargetGroup.BuildAndTest)]
[ThisMachineOnly]
public sealed class BuildTask(Compiler compiler) : AsyncFrostingTask<BuildContext>
{
    internal const string Name = "Build";

    public override Task RunAsync(BuildContext context) => compiler.BuildAsync(context.Cancellation);
}
