using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.LoadTest;

namespace VectorDb.Build.Tasks;

[TaskName("LoadTest")]
[TaskDescription("Send requests at a constant rate and count what fails (exit code 1 when any did)")]
[TargetGroup(TargetGroup.Look)]
public sealed class LoadTestTask(LoadSession load) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) =>
        load.RunAsync(context.Value(Options.Url), context.Value(Options.Rate), context.Value(Options.Seconds), context.Cancellation);
}
