using VectorDb.Build.Environments;
using VectorDb.Build.Releases;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Rollout;

/// <summary>Stops all that runs in an environment; releases, data and history stay.</summary>
public sealed class Shutdown
{
    private readonly IReleaseEnvironment _environment;
    private readonly ReleaseGate _gate;
    private readonly StepJournal _journal;

    internal Shutdown(IReleaseEnvironment environment, ReleaseGate gate, StepJournal journal) => (_environment, _gate, _journal) = (environment, gate, journal);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _gate.EnsureHeldAsync(cancellationToken);
        var stopped = false;
        await _journal.RunAsync("Stop", async () => (stopped = await _environment.Rollout.StopAsync(cancellationToken)) ? "all requests finished" : "nothing was running");
        var history = new ReleaseHistory(await _environment.Ledger.ReadAsync(cancellationToken));
        if (stopped || history.Active is not null)
        {
            await _gate.RecordAsync(LedgerEvent.Stopped, manifest: null, cancellationToken);
        }
    }
}
