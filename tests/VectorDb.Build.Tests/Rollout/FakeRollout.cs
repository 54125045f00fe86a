using VectorDb.Build.Releases;
using VectorDb.Build.Rollout;
using VectorDb.Build.Tests.SmokeTest;

namespace VectorDb.Build.Tests.Rollout;

/// <summary>An environment's processes, in memory: what was asked of it is noted, and a release can be made to fail.</summary>
internal sealed class FakeRollout(SampleApi api) : IRollout
{
    private readonly Dictionary<ReleaseId, string> _running = [];

    public List<string> Notes { get; } = [];

    public ReleaseId? Active { get; set; }

    public string? Host { get; set; }

    /// <summary>Releases that do not become healthy.</summary>
    public HashSet<ReleaseId> Sick { get; } = [];

    /// <summary>What reading a log fails with; null for a log that can be read.</summary>
    public Exception? LogFailure { get; set; }

    /// <summary>The release that is shown as standing by.</summary>
    public ReleaseId? Standby { get; set; }

    public bool IsStopping { get; set; }

    /// <summary>Called before each step; may throw or cancel.</summary>
    public Action<string> Before { get; set; } = static _ => { };

    public IEnumerable<ReleaseId> Running => _running.Keys;

    public void Run(ReleaseId release, string health = ServiceState.Healthy) => _running[release] = health;

    public Task<RolloutStatus> StatusAsync(CancellationToken cancellationToken) => Task.FromResult(new RolloutStatus(
        api.Url,
        Active,
        [.. _running.Select(release => new RunningRelease(release.Key, [new ServiceState("api", 7, release.Value, 1, 2 << 20)], IsLeaving: release.Key == Standby) { StandsBy = release.Key == Standby })],
        Host)
    {
        IsStopping = IsStopping,
    });

    public Task StageAsync(Manifest manifest, CancellationToken cancellationToken) => NoteAsync("stage", manifest.Release);

    public Task PrepareAsync(Manifest manifest, RolloutPace pace, CancellationToken cancellationToken)
    {
        Before("prepare");
        cancellationToken.ThrowIfCancellationRequested();
        Host = Host is null || pace == RolloutPace.Watched ? manifest.Host?.Short : Host;
        return Task.CompletedTask;
    }

    public Task ResumeAsync(Manifest manifest, string? host, CancellationToken cancellationToken)
    {
        Host ??= host ?? manifest.Host?.Short;
        return Task.CompletedTask;
    }

    public async Task StartAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        await NoteAsync("start", manifest.Release);
        cancellationToken.ThrowIfCancellationRequested();
        if (Sick.Contains(manifest.Release))
        {
            throw new RolloutFailedException("api ended with exit code 134", "api", ["line 1", "Out of memory."]);
        }

        Run(manifest.Release);
    }

    public async Task<ReleaseId?> ActivateAsync(Manifest manifest, RolloutPace pace, CancellationToken cancellationToken)
    {
        await NoteAsync("activate", manifest.Release);
        var previous = Active;
        Active = manifest.Release;
        return previous;
    }

    public async Task RetireAsync(ReleaseId release, bool wait, CancellationToken cancellationToken)
    {
        if (release == Active)
        {
            throw new RolloutFailedException($"Release {release} is active; activate another one first");
        }

        if (_running.Remove(release))
        {
            await NoteAsync("retire", release);
        }
    }

    public Task<bool> StopAsync(CancellationToken cancellationToken)
    {
        Before("stop");
        if (Host is null)
        {
            return Task.FromResult(false);
        }

        _running.Clear();
        (Active, Host) = (null, null);
        Notes.Add("stop");
        return Task.FromResult(true);
    }

    public Task<bool> AbandonAsync(CancellationToken cancellationToken)
    {
        Notes.Add("forget");
        return StopAsync(cancellationToken);
    }

    public Task TidyAsync(IReadOnlyList<Manifest> kept, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyList<string>> LogAsync(ReleaseId? release, string service, CancellationToken cancellationToken) =>
        LogFailure is { } failure ? Task.FromException<IReadOnlyList<string>>(failure) : Task.FromResult<IReadOnlyList<string>>([$"the log of {service} of {release}"]);

    private Task NoteAsync(string what, ReleaseId release)
    {
        Before(what);
        Notes.Add($"{what} {release}");
        return Task.CompletedTask;
    }
}
