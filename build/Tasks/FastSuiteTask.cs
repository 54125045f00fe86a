using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Testing;

namespace VectorDb.Build.Tasks;

[TaskName("FastSuite")]
[TaskDescription("Run the tests that need no tool, unless they passed on these bytes")]
[TargetGroup(TargetGroup.BuildAndTest)]
[ThisMachineOnly]
[IsDependentOn(typeof(BuildTask))]
public sealed class FastSuiteTask(TestSession tests) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => tests.RunFastAsync(context.Cancellation);
}
