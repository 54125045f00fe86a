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
    public async Task<EnvironmentSettings> LoadAsync(string environment, CancellationToken cancellationToken)
    {
        var name = $".env.{environment}";
        var path = Path.Combine(root, name);
        var file = File.Exists(path) ? SettingsFile.Parse(name, await File.ReadAllTextAsync(path, cancellationToken)) : new Dictionary<string, string>();
        var region = Early(SettingsCatalogue.Region)
            ?? throw new SettingsException([$"{SettingsCatalogue.Region.Name} is not set: copy {SettingsTemplate.FileName} to {name} and fill it in."]);
        using var systems = connect(region, Early(SettingsCatalogue.AwsEndpoint) is { } endpoint ? new Uri(endpoint) : null);
        return EnvironmentSettings.Load(environment, variables, file, await ParameterStore.ReadAsync(systems, environment, cancellationToken));

        // What has to be known before the parameter store can be asked.
        string? Early(EnvironmentSetting setting) => variables.GetValueOrDefault(setting.Name) is { Length: > 0 } value ? value : file.GetValueOrDefault(setting.Name);
    }
}
