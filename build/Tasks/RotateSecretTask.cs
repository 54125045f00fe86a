using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Secrets;

namespace VectorDb.Build.Tasks;

[TaskName("RotateSecret")]
[TaskDescription("Replace a secret, and wait until no instance uses the value before")]
[TargetGroup(TargetGroup.Infrastructure)]
[AwsOnly]
[ChangesEnvironment(DespiteFreeze = true)]
public sealed class RotateSecretTask(SecretKeeper secrets) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => secrets.RotateAsync(context.Value(Options.Name), context.Cancellation);
}
