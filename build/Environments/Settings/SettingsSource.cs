using Amazon.Runtime;
using Amazon.SimpleSystemsManagement;

namespace VectorDb.Build.Environments.Settings;

/// <summary>Where the settings of this run come from.</summary>
/// <param name="root">The folder of <c>.env.{environment}</c>.</param>
/// <param name="variables">Environment variables of this process.</param>
/// <param name="connect">A client for a region, with credentials other than those of the SDK's chain where they are given, and the address of what stands in for AWS.</param>
internal sealed class SettingsSource(
    string root, IReadOnlyDictionary<string, string> variables, Func<string, Uri?, AWSCredentials?, IAmazonSimpleSystemsManagement> connect)
{
    /// <exception cref="SettingsException">Something is missing, unknown or cannot be taken.</exception>
    public async Task<EnvironmentSettings> LoadAsync(string environment, CancellationToken cancellationToken) =>
        await LoadAsync(environment, variables, await FileAsync(environment, cancellationToken), credentials: null, cancellationToken);

    /// <summary>Of an environment that this run is not about: its file and its parameter store. Variables of this process are not its own.</summary>
    /// <param name="near">Settings of the environment that this run is about: its store is looked for there, where no file says otherwise.</param>
    /// <param name="account">The account that it is in; null for what its file says, or the same.</param>
    /// <param name="credentials">To read its parameter store with; null for the SDK's chain.</param>
    /// <exception cref="SettingsException">Something is missing, unknown or cannot be taken.</exception>
    public async Task<EnvironmentSettings> LoadStoredAsync(
        string environment, EnvironmentSettings near, string? account, AWSCredentials? credentials, CancellationToken cancellationToken)
    {
        var file = new Dictionary<string, string>(await FileAsync(environment, cancellationToken), StringComparer.Ordinal);
        foreach (var place in new[] { SettingsCatalogue.Region, SettingsCatalogue.Account, SettingsCatalogue.AwsEndpoint })
        {
            if (near[place] is { } value)
            {
                file.TryAdd(place.Name, value);
            }
        }

        file[SettingsCatalogue.Account.Name] = account ?? file[SettingsCatalogue.Account.Name];
        return await LoadAsync(environment, new Dictionary<string, string>(), file, credentials, cancellationToken);
    }

    private async Task<IReadOnlyDictionary<string, string>> FileAsync(string environment, CancellationToken cancellationToken) =>
        await SettingsFile.ReadAsync(root, environment, cancellationToken) ?? new Dictionary<string, string>();

    private async Task<EnvironmentSettings> LoadAsync(
        string environment, IReadOnlyDictionary<string, string> given, IReadOnlyDictionary<string, string> file, AWSCredentials? credentials,
        CancellationToken cancellationToken)
    {
        var region = Early(SettingsCatalogue.Region)
            ?? throw new SettingsException([$"{SettingsCatalogue.Region.Name} is not set: copy {SettingsTemplate.FileName} to .env.{environment} and fill it in."]);
        using var systems = connect(region, Early(SettingsCatalogue.AwsEndpoint) is { } endpoint ? new Uri(endpoint) : null, credentials);
        return EnvironmentSettings.Load(environment, given, file, await ParameterStore.ReadAsync(systems, environment, cancellationToken));

        // What has to be known before the parameter store can be asked; what cannot be taken would only fail there, with another's words.
        string? Early(EnvironmentSetting setting)
        {
            var value = given.GetValueOrDefault(setting.Name) is { Length: > 0 } found ? found : file.GetValueOrDefault(setting.Name);
            return value is null || setting.Refuse(value) is not { } reason ? value : throw new SettingsException([$"{setting.Name} {reason}, and is '{value}'."]);
        }
    }
}
