using Amazon.SimpleSystemsManagement;

namespace VectorDb.Build.Environments.Settings;

/// <summary>Where the settings of this run come from.</summary>
/// <param name="root">The folder of <c>.env.{environment}</c>.</param>
/// <param name="variables">Environment variables of this process.</param>
/// <param name="connect">A client for a region and, where one stands in for AWS, its address.</param>
internal sealed class SettingsSource(
    string root, IReadOnlyDictionary<string, string> variables, Func<string, Uri?, IAmazonSimpleSystemsManagement> connect)
{
    /// <exception cref="SettingsException">Something is missing, unknown or cannot be taken.</exception>
    public async Task<EnvironmentSettings> LoadAsync(string environment, CancellationToken cancellationToken) =>
        await LoadAsync(environment, variables, await FileAsync(environment, cancellationToken), cancellationToken);

    /// <summary>
    /// Of an environment that this run is not about: its file and its parameter store. Variables of this process are another's, and say
    /// only where to look when there is no file.
    /// </summary>
    /// <exception cref="SettingsException">Something is missing, unknown or cannot be taken.</exception>
    public async Task<EnvironmentSettings> LoadStoredAsync(string environment, CancellationToken cancellationToken)
    {
        EnvironmentSetting[] places = [SettingsCatalogue.Region, SettingsCatalogue.Account, SettingsCatalogue.AwsEndpoint];
        var file = new Dictionary<string, string>(await FileAsync(environment, cancellationToken), StringComparer.Ordinal);
        foreach (var place in places.Where(place => variables.GetValueOrDefault(place.Name) is { Length: > 0 }))
        {
            file.TryAdd(place.Name, variables[place.Name]);
        }

        return await LoadAsync(environment, new Dictionary<string, string>(), file, cancellationToken);
    }

    private async Task<IReadOnlyDictionary<string, string>> FileAsync(string environment, CancellationToken cancellationToken)
    {
        var name = $".env.{environment}";
        var path = Path.Combine(root, name);
        return File.Exists(path) ? SettingsFile.Parse(name, await File.ReadAllTextAsync(path, cancellationToken)) : new Dictionary<string, string>();
    }

    private async Task<EnvironmentSettings> LoadAsync(
        string environment, IReadOnlyDictionary<string, string> given, IReadOnlyDictionary<string, string> file, CancellationToken cancellationToken)
    {
        var region = Early(SettingsCatalogue.Region)
            ?? throw new SettingsException([$"{SettingsCatalogue.Region.Name} is not set: copy {SettingsTemplate.FileName} to .env.{environment} and fill it in."]);
        using var systems = connect(region, Early(SettingsCatalogue.AwsEndpoint) is { } endpoint ? new Uri(endpoint) : null);
        return EnvironmentSettings.Load(environment, given, file, await ParameterStore.ReadAsync(systems, environment, cancellationToken));

        // What has to be known before the parameter store can be asked.
        string? Early(EnvironmentSetting setting) => given.GetValueOrDefault(setting.Name) is { Length: > 0 } value ? value : file.GetValueOrDefault(setting.Name);
    }
}
