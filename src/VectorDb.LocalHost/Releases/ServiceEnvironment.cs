using System.Collections;
using System.Globalization;

namespace VectorDb.LocalHost.Releases;

/// <summary>The environment in which the services of a release run.</summary>
/// <param name="queuePort">Asked when a service starts.</param>
internal sealed class ServiceEnvironment(HomeFolders folders, Func<int> queuePort)
{
    /// <summary>These reach a service from its release or from the host, never from the shell in which the host was started.</summary>
    private static readonly string[] NotInherited = ["VECTORDB_", "ASPNETCORE_", "DOTNET_URLS", "NOTIFY_", "LISTEN_"];

    public IReadOnlyDictionary<string, string> For(ReleaseDefinition release)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(static entry => (Name: (string)entry.Key, Value: (string?)entry.Value ?? ""))
            .Where(static entry => !NotInherited.Any(prefix => entry.Name.StartsWith(prefix, StringComparison.Ordinal)))
            .ToDictionary(static entry => entry.Name, static entry => entry.Value, StringComparer.Ordinal);
        foreach (var (name, value) in release.Environment)
        {
            environment[name] = value;
        }

        environment["VECTORDB_DATA"] = folders.Data;
        environment["VECTORDB_REDIS"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{queuePort()}");
        environment["VECTORDB_SECRETS_DIRECTORY"] = folders.Secrets;
        environment["VECTORDB_RELEASE"] = release.Id;
        environment["VECTORDB_SUPERVISED"] = "1";
        return environment;
    }
}
