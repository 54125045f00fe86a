using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.KeyPerFile;

namespace VectorDb.Core.Configuration;

/// <summary>The settings of this process, parsed and validated once, at start.</summary>
public sealed class ApplicationSettings
{
    private readonly Dictionary<Setting, object?> _values;

    private readonly HashSet<Setting> _ofFiles;

    private ApplicationSettings(Dictionary<Setting, object?> values, HashSet<Setting> ofFiles) => (_values, _ofFiles) = (values, ofFiles);

    /// <summary>Whether this is the one environment that may do without authentication.</summary>
    public bool IsLocal => Get(Settings.Environment) == Settings.LocalEnvironment;

    /// <exception cref="SettingsException">Names every setting that is wrong and what it takes.</exception>
    public static ApplicationSettings Load(IConfiguration configuration)
    {
        var values = new Dictionary<Setting, object?>(Settings.All.Count);
        var ofFiles = new HashSet<Setting>();
        var problems = new List<string>();
        foreach (var setting in Settings.All)
        {
            var given = configuration[setting.Name];
            if ((configuration as IConfigurationRoot)?.Providers.LastOrDefault(provider => provider.TryGet(setting.Name, out _)) is KeyPerFileConfigurationProvider)
            {
                ofFiles.Add(setting);
            }

            var text = string.IsNullOrWhiteSpace(given) ? setting.Default : given.Trim();
            try
            {
                values[setting] = text is null ? null : setting.Read(text);
            }
            catch (Exception exception) when (exception is FormatException or OverflowException or ArgumentException)
            {
                problems.Add($"{setting.Name} is '{Shown(setting, text)}'; it takes {setting.Allowed}.");
            }
        }

        var settings = new ApplicationSettings(values, ofFiles);
        if (problems.Count == 0)
        {
            problems.AddRange(SettingRules.Broken(settings));
        }

        return problems.Count == 0 ? settings : throw new SettingsException(problems);
    }

    public T Get<T>(Setting<T> setting) => (T)_values[setting]!;

    /// <summary>Whether its value is that of a file in the secrets directory.</summary>
    public bool IsOfFile(Setting setting) => _ofFiles.Contains(setting);

    /// <exception cref="SettingsException">It is not set.</exception>
    public T Require<T>(Setting<T?> setting)
        where T : class =>
        Get(setting) ?? throw new SettingsException([$"{setting.Name} is not set; it takes {setting.Allowed}."]);

    // What was refused as an address may hold a password.
    private static string? Shown(Setting setting, string? text) =>
        setting.Secret || (setting is Setting<Uri?> && text?.Contains('@') == true) ? "***" : text;
}

/// <summary>The configuration cannot be used. The message has one line a problem.</summary>
public sealed class SettingsException(IReadOnlyList<string> problems) : Exception(string.Join('\n', problems));
