using System.Globalization;
using VectorDb.Build.Environments;
using VectorDb.Build.Releases;
using VectorDb.Build.Reporting;
using VectorDb.Build.Rollout;
using VectorDb.Build.SmokeTest;

namespace VectorDb.Build.Backups;

/// <summary>
/// Puts a backup in the place of an environment's data. What runs is stopped for the exchange and started again; what was there is kept
/// aside, and comes back by itself when the release does not get well on the restored data.
/// </summary>
public sealed class Restore
{
    private static readonly TimeSpan UndoLimit = TimeSpan.FromMinutes(2);

    private readonly IReleaseEnvironment _environment;
    private readonly ReleaseGate _gate;
    private readonly IStoredData _data;
    private readonly BackupPlaces _places;
    private readonly SmokeSuite _smoke;
    private readonly StepJournal _journal;

    internal Restore(
        IReleaseEnvironment environment, ReleaseGate gate, IStoredData data, BackupPlaces places, SmokeSuite smoke, StepJournal journal) =>
        (_environment, _gate, _data, _places, _smoke, _journal) = (environment, gate, data, places, smoke, journal);

    /// <param name="from">A backup, or the place of several, of which the newest is taken.</param>
    public async Task RunAsync(string from, CancellationToken cancellationToken)
    {
        var place = _places.Of(from);
        var name = (await place.ListAsync(cancellationToken)).LastOrDefault()
            ?? throw new BackupRefusedException($"There is no whole backup at {from}. Make one: ./build.sh --target=Backup --to={from}");
        using var bench = await Workbench.EnterAsync(_data.Workbench, cancellationToken);
        await _journal.RunAsync("Verify", () => FetchAsync(place, name, bench.Copy, cancellationToken));

        await _gate.EnsureHeldAsync(cancellationToken);
        var active = await ActiveAsync(cancellationToken);
        await ExchangeAsync(bench.Copy, place.AddressOf(name), active, cancellationToken);
    }

    private async Task<string?> FetchAsync(IBackupPlace place, string name, string folder, CancellationToken cancellationToken)
    {
        var address = place.AddressOf(name);
        _journal.Say(address);
        await place.FetchAsync(name, folder, cancellationToken);
        var description = Path.Combine(folder, BackupManifest.FileName);
        var manifest = BackupManifest.Parse(address, await File.ReadAllBytesAsync(description, cancellationToken));
        manifest.Verify(address, folder);
        File.Delete(description);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{manifest.Bytes / 1e6:0.0} MB in {manifest.Files.Count} files of {manifest.CreatedAt:yyyy-MM-dd HH:mm:ss} UTC by release {manifest.Release}");
    }

    private async Task<Manifest?> ActiveAsync(CancellationToken cancellationToken) =>
        (await _environment.Rollout.StatusAsync(cancellationToken)).Active is { } release ? await _environment.Catalog.FindAsync(release, cancellationToken) : null;

    private async Task ExchangeAsync(string folder, string address, Manifest? active, CancellationToken cancellationToken)
    {
        string? aside = null;
        var exchanged = false;
        try
        {
            if (active is not null)
            {
                await _journal.RunAsync("Stop", async () => await _environment.Rollout.StopAsync(cancellationToken) ? "all requests finished" : null);
            }

            await _journal.RunAsync("Restore", async () =>
            {
                aside = _data.Replace(folder);
                exchanged = true;
                await _gate.RecordAsync(LedgerEvent.Restored, manifest: null, cancellationToken, $"from {address}");
                return null;
            });
            if (active is not null)
            {
                await _journal.RunAsync("Start", () => StartAsync(active, cancellationToken));
            }
        }
        catch (Exception failure)
        {
            await UndoAsync(exchanged, aside, active, failure);
            throw;
        }

        _journal.Close($"Restored {address}");
        _journal.Close(active is null ? "  Nothing was running. Start it: ./build.sh --target=Deploy" : $"  release {active.Release} runs on it and passed the smoke test");
        if (aside is not null)
        {
            _journal.Close($"  What was there before lies in {aside}; remove it when you are sure that you do not need it.");
        }
    }

    private async Task<string?> StartAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        await _environment.Rollout.PrepareAsync(manifest, RolloutPace.Return, cancellationToken);
        await _environment.Rollout.StartAsync(manifest, cancellationToken);
        await _environment.Rollout.ActivateAsync(manifest, RolloutPace.Return, cancellationToken);
        var target = await _environment.SmokeTargetAsync(manifest, cancellationToken);
        await _smoke.RunAsync(target, SmokeDepth.Quick, step => _journal.Say(step.Name), cancellationToken);
        return target.ToString();
    }

    /// <summary>The run itself may have been cancelled: putting things back is not.</summary>
    private async Task UndoAsync(bool exchanged, string? aside, Manifest? active, Exception failure)
    {
        using var limit = new CancellationTokenSource(UndoLimit);
        try
        {
            if (exchanged)
            {
                await _environment.Rollout.StopAsync(limit.Token);
                _data.TakeBack(aside);
                await _gate.RecordAsync(LedgerEvent.Failed, manifest: null, limit.Token, $"restore: {failure.Message}");
            }

            if (active is not null)
            {
                await StartAsync(active, limit.Token);
            }

            _journal.Close("The restore failed; what was there before is in its place again.");
        }
        catch (Exception second)
        {
            _journal.Close($"The restore failed, and putting back what was there before failed too: {second.Message}");
            _journal.Close(aside is null ? "Look: ./build.sh --target=Status" : $"What was there before lies in {aside}. Look: ./build.sh --target=Status");
        }
    }
}
