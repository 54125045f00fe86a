using Amazon.SimpleSystemsManagement;

namespace VectorDb.Build.Environments.Settings;

/// <summary>Settings that an environment keeps in AWS, below <c>/vectordb/{environment}/settings/</c>.</summary>
internal static class ParameterStore
{
    /// <returns>Full name of the parameter of a setting.</returns>
    public static string NameOf(string environment, EnvironmentSetting setting) => FolderOf(environment) + setting.Parameter;

    /// <returns>Values by the last part of their names; none where Bootstrap has not run yet.</returns>
    /// <exception cref="SettingsException">A parameter is no setting.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(
        IAmazonSimpleSystemsManagement systems, string environment, CancellationToken cancellationToken)
    {
        var folder = FolderOf(environment);
        var values = await ParameterFolder.ReadAsync(systems, folder, recursive: false, cancellationToken);
        var unknown = values.Keys.Except(SettingsCatalogue.All.Select(setting => setting.Parameter), StringComparer.Ordinal).ToList();
        return unknown.Count == 0
            ? values
            : throw new SettingsException([.. unknown.Select(name => $"{folder}{name} is no setting; delete it: aws ssm delete-parameter --name {folder}{name}")]);
    }

    private static string FolderOf(string environment) => $"/vectordb/{environment}/settings/";
}
