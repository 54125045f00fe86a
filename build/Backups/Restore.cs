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
        var status = await _environment.Rollout.StatusAsync(cancellationToken);
        await ExchangeAsync(bench.Copy, place.AddressOf(name), await ActiveAsync(status, from, cancellationToken), status.Host, cancellationToken);
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

    /// <returns>What is to run again afterwards; null when nothing is active.</returns>
    /// <exception cref="BackupRefusedException">It could not be started again. Nothing was stopped.</exception>
    private async Task<Manifest?> ActiveAsync(RolloutStatus status, string from, CancellationToken cancellationToken) =>
        status.Active is not { } release ? null
        : await _environment.Catalog.FindAsync(release, cancellationToken)
            ?? throw new BackupRefusedException(
                $"Release {release} runs, but its manifest is gone, so it could not be started again on the restored data. Nothing was stopped. "
                + $"Stop it, restore and deploy: {_environment.Command("Stop")}; {_environment.Command("Restore")} --from={from}; {_environment.Command("Deploy")}");

    /// <param name="active">What is to run again.</param>
    /// <param name="host">What it runs on.</param>
    private async Task ExchangeAsync(string folder, string address, Manifest? active, string? host, CancellationToken cancellationToken)
    {
        string? aside = null;
        var exchanged = false;
        try
        {
            // Also where nothing is active: a release that a killed run has started, or a host that nobody reaches, may use the data.
            await _journal.RunAsync("Stop", async () => await _environment.Rollout.StopAsync(cancellationToken) ? "all requests finished" : "nothing was running");
            await _journal.RunAsync("Restore", async () =>
            {
                aside = _data.Replace(folder);
                exchanged = true;
                await _gate.RecordAsync(LedgerEvent.Restored, manifest: null, cancellationToken, $"from {address}");
                return null;
            });
            if (active is not null)
            {
                await _journal.RunAsync("Start", () => StartAsync(active, host, cancellationToken));
            }
        }
        catch (Exception failure)
        {
            await UndoAsync(exchanged, aside, active, host, failure);
            throw;
        }

        _journal.Close($"Restored {address}");
        _journal.Close(active is null ? "  Nothing was active. Start it: ./build.sh --target=Deploy" : $"  release {active.Release} runs on it and passed the smoke test");
        if (aside is not null)
        {
            _journal.Close($"  What was there before lies in {aside}; remove it when you are sure that you do not need it.");
        }
    }

    private async Task<string?> StartAsync(Manifest manifest, string? host, CancellationToken cancellationToken)
    {
        await _environment.Rollout.ResumeAsync(manifest, host, cancellationToken);
        await _environment.Rollout.StartAsync(manifest, cancellationToken);
        await _environment.Rollout.ActivateAsync(manifest, RolloutPace.Return, cancellationToken);
        var target = await _environment.SmokeTargetAsync(manifest, cancellationToken);
        await _smoke.RunAsync(target, SmokeDepth.Quick, step => _journal.Say(step.Name), cancellationToken);
        return target.ToString();
    }

    /// <summary>The run itself may have been cancelled: putting things back is not.</summary>
    private async Task UndoAsync(bool exchanged, string? aside, Manifest? active, string? host, Exception failure)
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
                await StartAsync(active, host, limit.Token);
            }

            _journal.Close(exchanged ? "The restore failed; what was there before is in its place again." : "The restore failed before it changed anything; the data is as it was.");
        }
        catch (Exception second)
        {
            _journal.Close($"The restore failed, and putting back what was there before failed too: {second.Message}");
            _journal.Close(aside is null ? "Look: ./build.sh --target=Status" : $"What was there before lies in {aside}. Look: ./build.sh --target=Status");
        }
    }
}
