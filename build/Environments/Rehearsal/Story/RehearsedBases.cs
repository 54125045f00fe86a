using VectorDb.Build.Environments.Rehearsal.Fleet;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Environments.Rehearsal.Story;

/// <summary>
/// The stand-ins that a rehearsal builds on, for a network without a registry of base images is the rule there. They have names of their
/// own: under those of the real ones they would stay on this machine, and a later release to AWS would be built on them.
/// </summary>
internal static class RehearsedBases
{
    public const string Runtime = "vectordb-rehearsal/aspnet:1";
    public const string Nginx = "vectordb-rehearsal/nginx:1";

    /// <summary>Makes those that the engine lacks.</summary>
    /// <param name="commands">Runs the script.</param>
    /// <param name="repositoryRoot">Where it is.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="images">As the script calls them; none for all.</param>
    public static Task EnsureAsync(CommandRunner commands, string repositoryRoot, CancellationToken cancellation, params string[] images) =>
        commands.RunAsync(
            new Command("bash", [Path.Combine(repositoryRoot, "scripts", "base-images.sh"), .. images])
            {
                Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["ASPNET_IMAGE"] = Runtime,
                    ["NGINX_IMAGE"] = Nginx,
                    ["INSTANCE_IMAGE"] = FleetOptions.Image,
                },
            },
            cancellation);
}
