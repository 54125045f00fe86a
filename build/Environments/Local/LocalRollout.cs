using VectorDb.Build.Publishing;
using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Files;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Environments.Local;

/// <summary>Processes on this machine, behind the gateway of the resident host.</summary>
/// <param name="home">Where they lie.</param>
/// <param name="port">The port that was asked for; null for the host's own, or its last.</param>
/// <param name="published">Folder of the published output, which is staged.</param>
/// <param name="time">Measures waiting.</param>
internal sealed class LocalRollout(LocalHome home, int? port, string published, TimeProvider time) : IRollout, IDisposable
{
    private static readonly TimeSpan HostChangeLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    private readonly LocalHostClient _host = new(home);
    private readonly LastPort _lastPort = new(home);

    public async Task<RolloutStatus> StatusAsync(CancellationToken cancellationToken) =>
        await _host.StatusAsync(cancellationToken) is { } status
            ? new RolloutStatus(
                UrlOf(status.Host.Port),
                ReleaseId.TryParse(status.Active, out var active) ? active : null,
                [.. status.Releases.Where(release => ReleaseId.TryParse(release.Id, out _)).Select(Describe)],
                status.Host.Content)
            {
                IsStopping = status.Stopping,
            }
            : new RolloutStatus(UrlOf(port ?? await _lastPort.ReadAsync(cancellationToken)), Active: null, [], Host: null);

    /// <remarks>What lies there already may be damaged, or what a killed removal has left. What runs is left alone all the same.</remarks>
    public async Task StageAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        var status = await StatusAsync(cancellationToken);
        var folder = home.FolderOf(manifest.Release);
        if (status.Running.All(release => release.Id != manifest.Release) && !manifest.Services.All(service => Holds(Path.Combine(folder, service.Key), service.Value)))
        {
            StagedFolder.Create(folder, staging => CopyRelease(manifest, folder, staging));
        }

        if (manifest.Host is { } content && status.Host != content.Short && home.FolderOf(content) is var host && !Holds(host, content))
        {
            StagedFolder.Create(host, staging => Copy(PublishedOutput.HostName, staging, content));
        }
    }

    public async Task PrepareAsync(Manifest manifest, RolloutPace pace, CancellationToken cancellationToken)
    {
        var wanted = manifest.Host ?? throw new RolloutFailedException($"The manifest of release {manifest.Release} names no host.");
        var folder = home.FolderOf(wanted);
        if (await StayingAsync(cancellationToken) is not { } status)
        {
            await StartHostAsync(folder, cancellationToken);
            return;
        }

        if (port is { } asked && asked != status.Host.Port)
        {
            throw new RolloutFailedException(
                $"The local host listens on port {status.Host.Port}, not {asked}. Leave --port out, or move it: ./build.sh --target=Stop, then ./build.sh --target=Deploy --port={asked}");
        }

        if (pace == RolloutPace.Watched && status.Host.Content != wanted.Short)
        {
            await _host.UpgradeAsync(new UpgradeCommand(folder, wanted.Short), cancellationToken);
            await UntilAsync(host => host?.Host.Content == wanted.Short, "The new local host did not take over", cancellationToken);
        }
    }

    public async Task ResumeAsync(Manifest manifest, string? host, CancellationToken cancellationToken)
    {
        if (host is not null && Path.Combine(home.Hosts, host) is var folder && Directory.Exists(folder) && await StayingAsync(cancellationToken) is null)
        {
            await StartHostAsync(folder, cancellationToken);
            return;
        }

        await PrepareAsync(manifest, RolloutPace.Return, cancellationToken);
    }

    public Task StartAsync(Manifest manifest, CancellationToken cancellationToken) => _host.StartAsync(
        manifest.Release,
        new StartCommand(
            home.FolderOf(manifest.Release),
            new Dictionary<string, string>(manifest.Configuration, StringComparer.Ordinal) { ["VECTORDB_COMMIT"] = manifest.Commit }),
        cancellationToken);

    /// <remarks>One step at either pace: the old release runs on until it is retired.</remarks>
    public Task<ReleaseId?> ActivateAsync(Manifest manifest, RolloutPace pace, CancellationToken cancellationToken) =>
        _host.ActivateAsync(manifest.Release, cancellationToken);

    public Task RetireAsync(ReleaseId release, bool wait, CancellationToken cancellationToken) => RetireAsync(release, wait, standBy: false, cancellationToken);

    public Task StandDownAsync(ReleaseId release, bool wait, CancellationToken cancellationToken) => RetireAsync(release, wait, standBy: true, cancellationToken);

    public Task<bool> StopAsync(CancellationToken cancellationToken) => StopAsync(forget: false, cancellationToken);

    public Task<bool> AbandonAsync(CancellationToken cancellationToken) => StopAsync(forget: true, cancellationToken);

    public async Task TidyAsync(IReadOnlyList<Manifest> kept, CancellationToken cancellationToken)
    {
        var running = (await _host.StatusAsync(cancellationToken))?.Host.Content;
        var needed = kept.Select(manifest => manifest.Host?.Short).Append(running).ToHashSet(StringComparer.Ordinal);
        var hosts = new DirectoryInfo(home.Hosts);
        foreach (var folder in (hosts.Exists ? hosts.EnumerateDirectories() : []).Where(folder => folder.LinkTarget is null && !needed.Contains(folder.Name)))
        {
            folder.Delete(recursive: true);
        }
    }

    public Task<IReadOnlyList<string>> LogAsync(ReleaseId? release, string service, CancellationToken cancellationToken) =>
        LogTail.ReadAsync(Path.Combine(home.Logs, $"{service}.log"), cancellationToken);

    public void Dispose() => _host.Dispose();

    /// <returns>What runs and will go on to; null when nothing does. One that is being stopped is waited for.</returns>
    private async Task<HostStatus?> StayingAsync(CancellationToken cancellationToken)
    {
        await UntilAsync(static host => host is not { Stopping: true }, "The local host, which was told to stop, did not end", cancellationToken);
        return await _host.StatusAsync(cancellationToken);
    }

    private async Task StartHostAsync(string folder, CancellationToken cancellationToken)
    {
        var started = await LocalHostProcess.StartAsync(home, folder, port ?? await _lastPort.ReadAsync(cancellationToken), _host.StatusAsync, cancellationToken);
        await _lastPort.WriteAsync(started.Host.Port, cancellationToken);
    }

    private async Task RetireAsync(ReleaseId release, bool wait, bool standBy, CancellationToken cancellationToken)
    {
        var running = (await StatusAsync(cancellationToken)).Running;
        if (running.Any(one => one.Id == release))
        {
            await _host.RetireAsync(release, wait, standBy, cancellationToken);
        }
    }

    private async Task<bool> StopAsync(bool forget, CancellationToken cancellationToken)
    {
        if (await _host.StatusAsync(cancellationToken) is null)
        {
            return LocalHostProcess.FindOrphan(home) is { } orphan ? throw new RolloutFailedException(LocalHostProcess.NameOf(orphan)) : false;
        }

        await _host.StopAsync(forget, cancellationToken);
        await UntilAsync(status => status is null, "The local host did not stop", cancellationToken);
        return true;
    }

    private static bool Holds(string folder, ContentHash content) => Directory.Exists(folder) && ContentHash.OfFolder(folder) == content;

    /// <summary>Who first released it and when stays, where its files are staged anew.</summary>
    private void CopyRelease(Manifest manifest, string former, string folder)
    {
        foreach (var (name, content) in manifest.Services)
        {
            Copy(name, Path.Combine(folder, name), content);
        }

        if (Path.Combine(former, FileReleaseCatalog.FileName) is var description && File.Exists(description))
        {
            File.Copy(description, Path.Combine(folder, FileReleaseCatalog.FileName));
        }
    }

    private void Copy(string program, string folder, ContentHash content)
    {
        var source = Path.Combine(published, program);
        StagedFolder.Copy(source, folder);
        if (ContentHash.OfFolder(folder) != content)
        {
            throw new RolloutFailedException($"{source} changed while it was copied; run the command again.");
        }
    }

    private static Uri UrlOf(int port) => new($"http://127.0.0.1:{port}");

    private static RunningRelease Describe(HostedRelease release) => new(
        ReleaseId.Parse(release.Id),
        [.. release.Services.Select(service => new ServiceState(service.Name, service.Pid, service.Health, service.Restarts, service.MemoryBytes))],
        release.State is HostedRelease.Draining or HostedRelease.Standby)
    {
        StandsBy = release.State == HostedRelease.Standby,
    };

    private async Task UntilAsync(Func<HostStatus?, bool> reached, string failure, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (!reached(await _host.StatusAsync(cancellationToken)))
        {
            if (time.GetElapsedTime(start) > HostChangeLimit)
            {
                throw new RolloutFailedException($"{failure} within {HostChangeLimit.TotalSeconds:0} s; see {home.Logs}.");
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
