using VectorDb.Build.Environments;
using VectorDb.Build.Reporting;
using VectorDb.Build.SmokeTest;

namespace VectorDb.Build.Rollout;

/// <summary>The smoke test, run by hand.</summary>
public sealed class SmokeRun
{
    private readonly IReleaseEnvironment _environment;
    private readonly SmokeSuite _smoke;
    private readonly FailureReport _failures;
    private readonly StepJournal _journal;

    internal SmokeRun(IReleaseEnvironment environment, SmokeSuite smoke, FailureReport failures, StepJournal journal) =>
        (_environment, _smoke, _failures, _journal) = (environment, smoke, failures, journal);

    /// <param name="url">Any base address; null for the environment's own, which must then answer with its active release.</param>
    /// <param name="apiKey">Shown to <paramref name="url"/>; null for none. The environment itself has a key of its own.</param>
    public async Task RunAsync(Uri? url, string? apiKey, CancellationToken cancellationToken)
    {
        var target = url is null ? await OwnAsync(cancellationToken) : new SmokeTarget(url, ApiKey: apiKey);
        try
        {
            await _journal.RunAsync("SmokeTest", async () =>
            {
                _journal.Say(target.BaseUrl.ToString());
                await _smoke.RunAsync(target, SmokeDepth.Full, step => _journal.Say(FormattableString.Invariant($"{step.Name} ({step.Took.TotalMilliseconds:0} ms)")), cancellationToken);
                return null;
            });
        }
        catch (SmokeTestFailedException failure)
        {
            await _failures.PrintAsync(target.Release, failure, cancellationToken);
            throw;
        }
    }

    private async Task<SmokeTarget> OwnAsync(CancellationToken cancellationToken)
    {
        var status = await _environment.Rollout.StatusAsync(cancellationToken);
        var active = status.Active is { } release ? await _environment.Catalog.FindAsync(release, cancellationToken) : null;
        return await _environment.SmokeTargetAsync(active, cancellationToken);
    }
}
