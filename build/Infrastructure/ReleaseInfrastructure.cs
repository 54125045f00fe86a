using VectorDb.Build.Environments;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Infrastructure;

/// <summary>The Terraform steps of a release.</summary>
public sealed class ReleaseInfrastructure
{
    private readonly ReleaseSteps _steps;
    private readonly ReleaseGate _gate;
    private readonly Lazy<AwsInfrastructure> _aws;

    internal ReleaseInfrastructure(ReleaseSteps steps, ReleaseGate gate, Lazy<AwsInfrastructure> aws) => (_steps, _gate, _aws) = (steps, gate, aws);

    public Task PlanAsync(CancellationToken cancellationToken) => _steps.RunAsync("TerraformPlan", () => _aws.Value.PlanAsync(cancellationToken));

    /// <param name="approved">The hash that the command line gave; null asks.</param>
    /// <param name="target">What goes on once the plan is approved.</param>
    public Task ApplyAsync(string? approved, string target, CancellationToken cancellationToken) => _steps.RunAsync(
        "TerraformApply", () => _gate.WhileHeldAsync(held => _aws.Value.ApplyAsync(approved, target, _gate.WhileWaitingAsync, held), cancellationToken));
}
