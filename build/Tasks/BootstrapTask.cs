using Cake.Frosting;
using VectorDb.Build.Bootstrap;
using VectorDb.Build.CommandLine;

namespace VectorDb.Build.Tasks;

[TaskName("Bootstrap")]
[TaskDescription("Make what the first deploy to an account needs; again, it changes nothing")]
[TargetGroup(TargetGroup.Infrastructure)]
[AwsOnly]
public sealed class BootstrapTask(EnvironmentBootstrap bootstrap) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) =>
        bootstrap.RunAsync(context.Value(Options.Approve), context.Value(Options.Files), context.Cancellation);
}
