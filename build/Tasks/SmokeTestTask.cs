using Cake.Frosting;
using VectorDb.Build.ApiKeys;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Tasks;

[TaskName("SmokeTest")]
[TaskDescription("Prove that a release does its work, from outside (--url for any address)")]
[TargetGroup(TargetGroup.Look)]
public sealed class SmokeTestTask(SmokeRun smoke) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => smoke.RunAsync(
        context.Value(Options.Url), Environment.GetEnvironmentVariable(ApiKey.Variable), context.Cancellation);
}
