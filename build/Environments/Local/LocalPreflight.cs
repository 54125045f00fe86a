using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Preflight;

namespace VectorDb.Build.Environments.Local;

/// <summary>Looks at what the shell gives a local release, before anything is compiled for it.</summary>
/// <param name="variables">Of the shell.</param>
internal sealed class LocalPreflight(IEnumerable<KeyValuePair<string, string>> variables, LocalHome home) : IPreflight
{
    /// <exception cref="SettingsException">Names every variable that the services could not take, and none of the values.</exception>
    public Task EnsureAsync(CancellationToken cancellation) =>
        LocalConfiguration.Problems(variables, home.Secrets) is { Count: > 0 } problems ? throw new SettingsException(problems) : Task.CompletedTask;
}
