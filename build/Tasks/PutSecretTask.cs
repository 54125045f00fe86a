using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Secrets;

namespace VectorDb.Build.Tasks;

[TaskName("PutSecret")]
[TaskDescription("Put a value from the standard input into the secret that --name names")]
[TargetGroup(TargetGroup.Infrastructure)]
[AwsOnly]
[ChangesEnvironment(DespiteFreeze = true)]
public sealed class PutSecretTask(SecretKeeper secrets) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => secrets.PutAsync(context.Value(Options.Name), context.Cancellation);
}
