using System.Globalization;
using VectorDb.Build.Backups;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Processes;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Environments.Local;

/// <summary>The data folder of this machine. The release that writes it also copies it: nobody else knows what belongs together.</summary>
internal sealed class LocalData(LocalHome home, IReleaseEnvironment environment, CommandRunner commands, TimeProvider time) : IStoredData
{
    private const string Worker = "VectorDb.Worker.dll";
    private const string SettingPrefix = "VECTORDB_";

    /// <summary>Folder of the keys of dashboard sessions, never part of a backup.</summary>
    private const string SessionKeys = "keys";

    public string Workbench => Path.Combine(home.Environment, "backup-work");

    public async Task<ReleaseId> CopyAsync(string folder, CancellationToken cancellationToken)
    {
        var release = await ReleaseAsync(cancellationToken)
            ?? throw new BackupRefusedException("Nothing was ever deployed here, so there is nothing to back up.");
        var variables = Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith(SettingPrefix, StringComparison.Ordinal))
            .ToDictionary(name => name, _ => (string?)null, StringComparer.Ordinal);
        variables["VECTORDB_DATA"] = home.Data;
        var run = await commands.TryAsync(
            new Command(Environment.ProcessPath ?? "dotnet", Path.Combine(home.FolderOf(release), "worker", Worker), "backup", folder) { Environment = variables },
            cancellationToken);
        return run.Succeeded ? release : throw new BackupRefusedException(run.Error.Trim());
    }

    public string? Replace(string folder)
    {
        PrivateFolder.Create(folder);
        if (!Directory.Exists(home.Data))
        {
            Directory.Move(folder, home.Data);
            return null;
        }

        if (Path.Combine(home.Data, SessionKeys) is var keys && Directory.Exists(keys))
        {
            StagedFolder.Copy(keys, Path.Combine(folder, SessionKeys));
        }

        var aside = $"{home.Data}.before-restore-{time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
        Directory.Move(home.Data, aside);
        try
        {
            Directory.Move(folder, home.Data);
        }
        catch
        {
            Directory.Move(aside, home.Data);
            throw;
        }

        return aside;
    }

    public void TakeBack(string? aside)
    {
        StagedFolder.Remove(home.Data);
        if (aside is not null)
        {
            Directory.Move(aside, home.Data);
        }
    }

    /// <returns>The release that runs, or else the one that ran last; null when there never was one.</returns>
    private async Task<ReleaseId?> ReleaseAsync(CancellationToken cancellationToken)
    {
        if ((await environment.Rollout.StatusAsync(cancellationToken)).Active is { } active)
        {
            return active;
        }

        var ledger = await environment.Ledger.ReadAsync(cancellationToken);
        return ledger.LastOrDefault(entry => entry.Event == LedgerEvent.Activated && Directory.Exists(home.FolderOf(entry.Release!.Value)))?.Release;
    }
}
