using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Tasks;

[TaskName("Status")]
[TaskDescription("Say what is deployed and how it does (exit code 0 healthy, 3 unhealthy, 4 nothing)")]
[TargetGroup(TargetGroup.Look)]
public sealed class StatusTask(StatusReport status) : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context) =>
        context.ExitCode = await status.PrintAsync(context.Value(Options.Json), context.Cancellation);
}
