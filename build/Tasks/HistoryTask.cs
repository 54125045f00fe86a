using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Tasks;

[TaskName("History")]
[TaskDescription("List what was released, when and by whom")]
[TargetGroup(TargetGroup.Look)]
public sealed class HistoryTask(HistoryReport history) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => history.PrintAsync(context.Value(Options.Json), context.Cancellation);
}
