using Cake.Frosting;
using VectorDb.Build.ApiKeys;
using VectorDb.Build.CommandLine;

namespace VectorDb.Build.Tasks;

[TaskName("CreateApiKey")]
[TaskDescription("Make an API key, print it once and store its hash where the services read keys")]
[TargetGroup(TargetGroup.Data)]
[ChangesEnvironment(DespiteFreeze = true)]
public sealed class CreateApiKeyTask(KeyCreation keys) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) =>
        keys.RunAsync(context.Value(Options.Name)!, context.Value(Options.Scope)!, context.Cancellation);
}
