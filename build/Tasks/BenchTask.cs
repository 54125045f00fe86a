using Cake.Frosting;
using VectorDb.Build.Benchmarking;
using VectorDb.Build.CommandLine;

namespace VectorDb.Build.Tasks;

[TaskName("Bench")]
[TaskDescription("Measure search, writes and ingest beside what this machine has; report in artifacts/bench")]
[TargetGroup(TargetGroup.BuildAndTest)]
public sealed class BenchTask(Benchmark benchmark) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => benchmark.RunAsync(context.Value(Options.Workload), context.Cancellation);
}
