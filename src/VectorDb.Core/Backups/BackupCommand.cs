using Microsoft.Extensions.Configuration;
using VectorDb.Core.Configuration;
using VectorDb.Core.Stores;

namespace VectorDb.Core.Backups;

/// <summary><c>backup &lt;folder&gt;</c>, for the build: the release that writes the data is the one that knows how to copy it.</summary>
public static class BackupCommand
{
    /// <returns>The exit code: 0, or 1 with the reason on standard error.</returns>
    /// <exception cref="SettingsException">The configuration cannot be used.</exception>
    public static async Task<int> RunAsync(string folder, CancellationToken cancellationToken)
    {
        var settings = ApplicationSettings.Load(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        if (settings.Get(Settings.Store) != StoreKind.Embedded || settings.Get(Settings.Tasks) != TasksKind.Sqlite || settings.Get(Settings.Files) != FilesKind.Folder)
        {
            await Console.Error.WriteLineAsync("Only the embedded store, with its tasks and files in the data folder, is backed up this way; back up the others where they run.");
            return 1;
        }

        try
        {
            var files = await new EmbeddedBackup(settings.Get(Settings.Data)).CreateAsync(folder, cancellationToken);
            Console.WriteLine(files);
            return 0;
        }
        catch (Exception failure) when (failure is BackupException or StoreException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
    }
}
