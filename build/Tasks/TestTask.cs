using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Testing;

namespace VectorDb.Build.Tasks;

[TaskName(Name)]
[TaskDescription("Run every test and check the layout of the source")]
[TargetGroup(TargetGroup.BuildAndTest)]
[ThisMachineOnly]
[IsDependentOn(typeof(BuildTask))]
public sealed class TestTask(FullTest test) : AsyncFrostingTask<BuildContext>
{
    internal const string Name = "Test";

    public override async Task RunAsync(BuildContext context) => context.ExitCode = await test.RunAsync(context.Cancellation) ? 0 : 1;
}
