namespace VectorDb.LocalHost.Releases;

/// <summary>What a release is run from.</summary>
/// <param name="Directory">Holds one folder for each of <see cref="Services"/>, with its published output.</param>
/// <param name="Environment">Settings of this release; may hold secrets, so it is only ever written to files of the owner.</param>
internal sealed record ReleaseDefinition(string Id, string Directory, IReadOnlyDictionary<string, string> Environment)
{
    public const string Api = "api";
    public const string Worker = "worker";
    public const string Dashboard = "dashboard";

    public static IReadOnlyList<string> Services { get; } = [Api, Worker, Dashboard];

    /// <returns>The program in the service's folder: the one that has a runtime configuration.</returns>
    /// <exception cref="ControlException">There is no such folder, or not one program in it.</exception>
    public string AssemblyOf(string service)
    {
        const string configuration = ".runtimeconfig.json";
        var folder = Path.Combine(Directory, service);
        var programs = System.IO.Directory.Exists(folder) ? System.IO.Directory.GetFiles(folder, "*" + configuration) : [];
        return programs is [var program]
            ? program[..^configuration.Length] + ".dll"
            : throw ControlException.Conflict($"{folder} does not hold the published output of one program", service);
    }
}
