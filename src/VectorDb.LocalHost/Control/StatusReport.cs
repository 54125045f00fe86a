using VectorDb.LocalHost.Queue;
using VectorDb.LocalHost.Releases;
using VectorDb.LocalHost.Supervision;

namespace VectorDb.LocalHost.Control;

/// <summary>Looks at everything that runs here.</summary>
/// <param name="ending">Cancelled when the host stops.</param>
internal sealed class StatusReport(HostDescription host, ReleaseSet releases, QueueServer queue, CancellationToken ending)
{
    public HostStatus Now()
    {
        var active = releases.ActiveId;
        return new HostStatus(
            host,
            active,
            [.. releases.Running.Select(release => Describe(release, active))],
            new QueueStatus(host.Pid, queue.IsRunning ? ServiceHealth.Healthy : ServiceHealth.Stopped, queue.Port),
            ending.IsCancellationRequested);
    }

    private static ReleaseStatus Describe(RunningRelease release, string? active) => new(
        release.Definition.Id,
        StateOf(release, active),
        [.. release.Services.Select(static service => new ServiceStatus(
            service.Name, service.Pid, service.Port, service.Health, service.Restarts, service.MemoryBytes, service.Trouble, service.IsCrashLoop))],
        release.Route.InFlight);

    private static ReleaseState StateOf(RunningRelease release, string? active) => release switch
    {
        { IsStandingBy: true } => ReleaseState.Standby,
        { IsRetiring: true } => ReleaseState.Draining,
        _ when release.Definition.Id == active => ReleaseState.Active,
        { IsHealthy: true } => ReleaseState.Healthy,
        _ when release.Services.Any(static service => service.Restarts > 0) => ReleaseState.Failed,
        _ => ReleaseState.Starting,
    };
}
