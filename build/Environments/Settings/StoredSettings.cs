namespace VectorDb.Build.Environments.Settings;

/// <summary>
/// What of an environment's settings lies in the parameter store, so that a pipeline without the file finds it: what the file says. Where
/// there is no file, what lies there already stays.
/// </summary>
internal static class StoredSettings
{
    /// <summary>Needed before the parameter store can be asked, or true of one machine alone.</summary>
    private static readonly EnvironmentSetting[] NotStored = [SettingsCatalogue.Region, SettingsCatalogue.Account, SettingsCatalogue.AwsEndpoint];

    /// <param name="root">The folder of <c>.env.{environment}</c>.</param>
    /// <returns>Values by their parameter's name.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> OfAsync(
        string root, string environment, EnvironmentSettings settings, CancellationToken cancellation)
    {
        var file = await SettingsFile.ReadAsync(root, environment, cancellation);
        return SettingsCatalogue.All.Except(NotStored)
            .Select(setting => (setting.Parameter, Value: file is null ? Kept(settings, environment, setting) : file.GetValueOrDefault(setting.Name)))
            .Where(static each => each.Value is not null)
            .ToDictionary(static each => each.Parameter, static each => each.Value!, StringComparer.Ordinal);
    }

    private static string? Kept(EnvironmentSettings settings, string environment, EnvironmentSetting setting) =>
        settings.SourceOf(setting) == ParameterStore.NameOf(environment, setting) ? settings[setting] : null;
}
