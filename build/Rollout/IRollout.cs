using System.Text.Json.Serialization;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Rollout;

/// <summary>Moves an environment from one release to the next: start beside, activate, retire. Nothing that serves is stopped first.</summary>
internal interface IRollout
{
    /// <summary>Looks without changing anything; an environment in which nothing runs is no error.</summary>
    Task<RolloutStatus> StatusAsync(CancellationToken cancellationToken);

    /// <summary>Brings a release's bytes to where it will run, whole or not at all; one that is there whole, or runs, is left as it is.</summary>
    Task StageAsync(Manifest manifest, CancellationToken cancellationToken);

    /// <summary>Brings up what outlives releases, in the version that the release was made with, and refuses what would fail at once.</summary>
    /// <param name="pace">A return leaves as it is what runs, and is refused only where it asks for another port.</param>
    /// <exception cref="RolloutFailedException">Nothing was moved.</exception>
    Task PrepareAsync(Manifest manifest, RolloutPace pace, CancellationToken cancellationToken);

    /// <summary>Brings up again what outlives releases once <see cref="StopAsync"/> has stopped it, as it was.</summary>
    /// <param name="manifest">The release that is to be started there.</param>
    /// <param name="host">What <see cref="RolloutStatus.Host"/> was; a release may have been moved to a newer one than it was made with.</param>
    Task ResumeAsync(Manifest manifest, string? host, CancellationToken cancellationToken) => PrepareAsync(manifest, RolloutPace.Return, cancellationToken);

    /// <summary>Starts a release beside the active one; returns when it is healthy under its own id. Running already is no error.</summary>
    /// <exception cref="RolloutFailedException">It did not become healthy; what was started has been stopped again.</exception>
    Task StartAsync(Manifest manifest, CancellationToken cancellationToken);

    /// <summary>Sends all traffic to a release that was started.</summary>
    /// <param name="pace">How carefully.</param>
    /// <returns>The release that had it before; null when there was none.</returns>
    Task<ReleaseId?> ActivateAsync(Manifest manifest, RolloutPace pace, CancellationToken cancellationToken);

    /// <summary>Lets a release finish what it has in flight and stops it. One that does not run is no error.</summary>
    /// <param name="wait">False returns at once and lets it end by itself.</param>
    Task RetireAsync(ReleaseId release, bool wait, CancellationToken cancellationToken);

    /// <summary>Retires a release that a rollback may want back: where it can be had for little, it stays ready for a while.</summary>
    /// <param name="wait">As in <see cref="RetireAsync"/>; the end of that while is not waited for.</param>
    Task StandDownAsync(ReleaseId release, bool wait, CancellationToken cancellationToken) => RetireAsync(release, wait, cancellationToken);

    /// <summary>Stops everything, the host included.</summary>
    /// <returns>False when nothing was running.</returns>
    Task<bool> StopAsync(CancellationToken cancellationToken);

    /// <summary>Stops everything, and sees to it that what was active does not come back by itself.</summary>
    Task<bool> AbandonAsync(CancellationToken cancellationToken) => StopAsync(cancellationToken);

    /// <summary>Removes what no release that is kept needs any more, except what runs.</summary>
    Task TidyAsync(IReadOnlyList<Manifest> kept, CancellationToken cancellationToken);

    /// <summary>The last lines that a service of a release has logged; empty when there are none.</summary>
    Task<IReadOnlyList<string>> LogAsync(ReleaseId? release, string service, CancellationToken cancellationToken);
}

/// <summary>How carefully a release takes over.</summary>
internal enum RolloutPace
{
    /// <summary>A first instance is watched before the rest follow, and all are watched afterwards.</summary>
    Watched,

    /// <summary>As fast as health allows: the release was proved before, and what it replaces was not.</summary>
    Return,
}

/// <summary>What runs in an environment.</summary>
/// <param name="Url">Where it answers, or would.</param>
/// <param name="Active">The release that has the traffic; null when nothing is deployed or nothing runs.</param>
/// <param name="Running">Every release that has processes.</param>
/// <param name="Host">Short content hash of the resident host; null where there is none or it does not run.</param>
internal sealed record RolloutStatus(Uri Url, ReleaseId? Active, IReadOnlyList<RunningRelease> Running, string? Host)
{
    /// <summary>Whether it may grow and shrink as far as the settings say: a release as it is may have to be given other bounds.</summary>
    public bool IsSized { get; init; } = true;

    /// <summary>What still runs is finishing its requests and will be gone.</summary>
    public bool IsStopping { get; init; }

    public RunningRelease? ActiveRelease => Running.FirstOrDefault(release => release.Id == Active);
}

/// <param name="IsLeaving">It is finishing what it has in flight or stands by, and will be gone by itself.</param>
internal sealed record RunningRelease(ReleaseId Id, IReadOnlyList<ServiceState> Services, bool IsLeaving)
{
    /// <summary>It has neither traffic nor jobs, and is ready to be rolled back to.</summary>
    public bool StandsBy { get; init; }

    public bool IsHealthy => Services.Count > 0 && Services.All(service => service.Health == ServiceState.Healthy);
}

/// <param name="Health"><c>healthy</c>, <c>unhealthy</c>, <c>starting</c> or <c>stopped</c>.</param>
internal sealed record ServiceState(string Name, int? Pid, string Health, int Restarts, long MemoryBytes)
{
    public const string Healthy = "healthy";

    /// <summary>Why it is not healthy, in the words of whoever looked; null where nobody says.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}

/// <summary>A release could not be moved.</summary>
/// <param name="reason">What failed.</param>
/// <param name="service">The service that failed; null when it was not one.</param>
/// <param name="log">Its last log lines.</param>
internal sealed class RolloutFailedException(string reason, string? service = null, IReadOnlyList<string>? log = null, Exception? cause = null)
    : Exception(reason, cause)
{
    public string? Service { get; } = service;

    public IReadOnlyList<string> Log { get; } = log ?? [];
}
