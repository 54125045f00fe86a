using VectorDb.Build.Environments.Rehearsal;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Infrastructure;

/// <summary>What the Terraform targets do, by environment.</summary>
public sealed class InfrastructureRun
{
    private const string Rehearsal = "rehearsal";

    private readonly string _environment;
    private readonly InfrastructureRehearsal _rehearsal;
    private readonly StepJournal _journal;

    internal InfrastructureRun(string environment, InfrastructureRehearsal rehearsal, StepJournal journal)
    {
        (_environment, _rehearsal, _journal) = (environment, rehearsal, journal);
    }

    public Task PlanAsync(CancellationToken cancellation) => RunAsync("TerraformPlan", apply: false, cancellation);

    public Task ApplyAsync(CancellationToken cancellation) => RunAsync("TerraformApply", apply: true, cancellation);

    private Task RunAsync(string step, bool apply, CancellationToken cancellation)
    {
        if (_environment == Rehearsal)
        {
            return _rehearsal.RunAsync(apply, cancellation);
        }

        _journal.Omit(step, "this machine is all the infrastructure that a local release needs");
        return Task.CompletedTask;
    }
}
