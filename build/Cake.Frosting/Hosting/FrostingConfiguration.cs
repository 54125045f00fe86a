using Cake.Core;
using Cake.Core.Configuration;
using Cake.Core.IO;

namespace Cake.Frosting.Hosting;

internal sealed record CakeSetting(string Key, string Value);

internal sealed record WorkingDirectory(DirectoryPath Path);

/// <summary>Settings of Cake: those of the host, then the configuration file, the environment and the command line.</summary>
internal sealed class FrostingConfiguration : ICakeConfiguration
{
    private readonly ICakeConfiguration _merged;

    public FrostingConfiguration(
        IEnumerable<CakeSetting> settings, IFileSystem fileSystem, ICakeEnvironment environment, ICakeArguments arguments)
    {
        var defaults = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in settings)
        {
            defaults[key] = value;
        }

        _merged = new CakeConfigurationProvider(fileSystem, environment).CreateConfiguration(
            environment.WorkingDirectory,
            defaults,
            arguments.GetArguments().ToDictionary(argument => argument.Key, argument => argument.Value.FirstOrDefault() ?? string.Empty));
    }

    public string GetValue(string key) => _merged.GetValue(key);
}
