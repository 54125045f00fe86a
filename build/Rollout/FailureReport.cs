using VectorDb.Build.Environments;
using VectorDb.Build.Releases;
using VectorDb.Build.Reporting;
using VectorDb.Build.SmokeTest;

namespace VectorDb.Build.Rollout;

/// <summary>Shows what a person needs to see of a failed release: the probe, its answer, and the end of the service's log.</summary>
internal sealed class FailureReport(IReleaseEnvironment environment, StepJournal journal)
{
    // A release that failed still has the traffic while this reads.
    private static readonly TimeSpan LogLimit = TimeSpan.FromSeconds(10);

    public async Task PrintAsync(ReleaseId? release, Exception failure, CancellationToken cancellationToken)
    {
        // A request that timed out is cancelled too, but by nobody's signal.
        if (failure is OperationCanceledException && cancellationToken.IsCancellationRequested)
        {
            journal.Say("A signal ended the run; taking back what was begun.");
            return;
        }

        journal.Say(failure.Message);
        var (service, log) = failure switch
        {
            SmokeTestFailedException smoke => (smoke.Service, []),
            RolloutFailedException rollout => (rollout.Service, rollout.Log),
            _ => (null, []),
        };
        if (failure is SmokeTestFailedException { Body: { Length: > 0 } body } probe)
        {
            Print($"{probe.Request} answered:", body.Split('\n'));
        }

        if (log.Count == 0 && service is not null && !cancellationToken.IsCancellationRequested)
        {
            log = await TryLogAsync(release, service, cancellationToken);
        }

        if (log.Count > 0)
        {
            Print($"The last lines of {service}'s log:", log);
        }
    }

    /// <summary>What cannot be read must not keep the release from being taken back.</summary>
    private async Task<IReadOnlyList<string>> TryLogAsync(ReleaseId? release, string service, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LogLimit);
        try
        {
            return await environment.Rollout.LogAsync(release, service, limit.Token);
        }
        catch (Exception unreadable)
        {
            journal.Say($"The log of {service} cannot be read: {unreadable.Message}");
            return [];
        }
    }

    private void Print(string title, IEnumerable<string> lines)
    {
        journal.Say(title);
        foreach (var line in lines)
        {
            journal.Say($"  {line.TrimEnd()}");
        }
    }
}
