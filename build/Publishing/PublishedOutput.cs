using VectorDb.Build.Releases;

namespace VectorDb.Build.Publishing;

/// <summary>The published bytes of one build, laid out a folder a program.</summary>
/// <param name="Services">Content of each service, by name.</param>
/// <param name="Host">Content of the resident host.</param>
internal sealed record PublishedOutput(IReadOnlyDictionary<string, ContentHash> Services, ContentHash Host)
{
    public const string HostName = "host";

    public static readonly IReadOnlyList<string> ServiceNames = ["api", "worker", "dashboard"];

    /// <param name="folder">Holds <c>api</c>, <c>worker</c>, <c>dashboard</c> and <c>host</c>.</param>
    /// <exception cref="DirectoryNotFoundException">Something was not published.</exception>
    public static PublishedOutput Read(string folder) => new(
        ServiceNames.ToDictionary(name => name, name => ContentHash.OfFolder(Path.Combine(folder, name)), StringComparer.Ordinal),
        ContentHash.OfFolder(Path.Combine(folder, HostName)));
}
