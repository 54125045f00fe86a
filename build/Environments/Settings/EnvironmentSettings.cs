using System.Globalization;
using System.Text.Json.Nodes;

namespace VectorDb.Build.Environments.Settings;

/// <summary>The settings of one environment: environment variables over its file over the parameter store over defaults.</summary>
internal sealed class EnvironmentSettings
{
    private readonly Dictionary<string, (string Value, string Source)> _values = new(StringComparer.Ordinal);

    private EnvironmentSettings()
    {
    }

    /// <param name="variables">Of this process; those that are no settings do not count.</param>
    /// <param name="file">Of <see cref="SettingsFile"/>.</param>
    /// <param name="parameters">Below <c>/vectordb/{environment}/settings/</c>, by their last name.</param>
    /// <exception cref="SettingsException">A value cannot be taken, or a required one is missing; says where it came from.</exception>
    public static EnvironmentSettings Load(
        string environment,
        IReadOnlyDictionary<string, string> variables,
        IReadOnlyDictionary<string, string> file,
        IReadOnlyDictionary<string, string> parameters)
    {
        var settings = new EnvironmentSettings();
        var problems = new List<string>();
        foreach (var setting in SettingsCatalogue.All)
        {
            var found = First(
                (variables.GetValueOrDefault(setting.Name), "environment variable"),
                (file.GetValueOrDefault(setting.Name), $".env.{environment}"),
                (parameters.GetValueOrDefault(setting.Parameter), ParameterStore.NameOf(environment, setting)),
                (setting.Default, "default"));
            if (found is { } value)
            {
                settings._values[setting.Name] = value;
                if (setting.Refuse(value.Value) is { } reason)
                {
                    problems.Add($"{setting.Name} {reason}, and is '{setting.Shown(value.Value)}' ({value.Source}).");
                }
            }
            else if (setting.Required)
            {
                problems.Add($"{setting.Name} is not set ({setting.Description.TrimEnd('.')}): add it to .env.{environment}; .env.production.template explains it.");
            }
        }

        if (problems.Count == 0)
        {
            problems.AddRange(SettingsCatalogue.Contradictions(settings));
        }

        return problems.Count == 0 ? settings : throw new SettingsException(problems);
    }

    /// <summary>Its value, or null.</summary>
    public string? this[EnvironmentSetting setting] => _values.TryGetValue(setting.Name, out var found) ? found.Value : null;

    /// <exception cref="InvalidOperationException">It is neither set nor required.</exception>
    public string Require(EnvironmentSetting setting) => this[setting] ?? throw new InvalidOperationException($"{setting.Name} is not set.");

    /// <exception cref="InvalidOperationException">It is not set.</exception>
    public int Whole(EnvironmentSetting setting) => int.Parse(Require(setting), CultureInfo.InvariantCulture);

    /// <exception cref="InvalidOperationException">It is not set.</exception>
    public TimeSpan Seconds(EnvironmentSetting setting) => TimeSpan.FromSeconds(double.Parse(Require(setting), CultureInfo.InvariantCulture));

    /// <summary>What a release is made of: the settings of its services, and those that its files name.</summary>
    public IReadOnlyDictionary<string, string> OfRelease() => SettingsCatalogue.All
        .Where(setting => (setting.IsOfServices || SettingsCatalogue.InFiles.Contains(setting)) && this[setting] is not null)
        .ToDictionary(setting => setting.Name, setting => this[setting]!);

    /// <summary>Where its value comes from, in words or by the name of its parameter; null where it has none.</summary>
    public string? SourceOf(EnvironmentSetting setting) => _values.TryGetValue(setting.Name, out var found) ? found.Source : null;

    /// <summary>What the services of a release run with.</summary>
    public IReadOnlyDictionary<string, string> OfServices() => SettingsCatalogue.All
        .Where(setting => setting.IsOfServices && this[setting] is not null)
        .ToDictionary(setting => setting.Name, setting => this[setting]!);

    /// <summary>The variables of the service's Terraform root that are set.</summary>
    public JsonObject TerraformVariables() => Variables(static setting => setting.Variable);

    /// <summary>The variables of the foundation's Terraform root that are set.</summary>
    public JsonObject FoundationVariables() => Variables(static setting => setting.FoundationVariable);

    private JsonObject Variables(Func<EnvironmentSetting, string?> variable)
    {
        var variables = new JsonObject();
        foreach (var setting in SettingsCatalogue.All)
        {
            if (variable(setting) is { } path && this[setting] is { } value)
            {
                var parts = path.Split('.');
                var target = parts.Length == 1 ? variables : (JsonObject)(variables[parts[0]] ??= new JsonObject());
                target[parts[^1]] = Json(setting.Kind, value);
            }
        }

        return variables;
    }

    private static JsonNode Json(SettingKind kind, string value) => kind switch
    {
        SettingKind.Number or SettingKind.Whole => JsonNode.Parse(value)!,
        SettingKind.Boolean => JsonValue.Create(value == "true"),
        SettingKind.List => new JsonArray([.. value.Split(',', StringSplitOptions.TrimEntries).Select(item => (JsonNode)item)]),
        _ => JsonValue.Create(value),
    };

    private static (string Value, string Source)? First(params (string? Value, string Source)[] candidates)
    {
        var found = candidates.FirstOrDefault(candidate => !string.IsNullOrWhiteSpace(candidate.Value));
        return found.Value is null ? null : (found.Value.Trim(), found.Source);
    }
}
