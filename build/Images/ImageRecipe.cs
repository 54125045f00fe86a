using VectorDb.Build.Releases;

namespace VectorDb.Build.Images;

/// <summary>What one image is made of.</summary>
/// <param name="Service"><c>app</c>, <c>worker</c>, <c>dashboard</c> or <c>nginx</c>.</param>
/// <param name="Context">Folder whose files the image copies.</param>
/// <param name="Dockerfile">Path of its Dockerfile.</param>
/// <param name="BaseImage">Stands in for the Dockerfile's default base; null keeps the default.</param>
internal sealed record ImageRecipe(string Service, string Context, string Dockerfile, string? BaseImage = null)
{
    private const int TagDigits = 16;
    private const string DefaultBase = "ARG BASE_IMAGE=";

    /// <summary>That of the instances, whatever machine builds: their machine image and their Compose plugin are for x86-64.</summary>
    public string Platform { get; init; } = "linux/amd64";

    public string Repository => RepositoryOf(Service);

    public static string RepositoryOf(string service) => $"vectordb-api/{service}";

    /// <summary>The images of a release, from its published output.</summary>
    public static IReadOnlyList<ImageRecipe> OfRelease(string repositoryRoot, string? runtimeImage = null, string? nginxImage = null)
    {
        return
        [
            Published("app", "api", "VectorDb.Api"),
            Published("worker", "worker", "VectorDb.Worker"),
            Published("dashboard", "dashboard", "VectorDb.Dashboard"),
            new("nginx", Path.Combine(repositoryRoot, "nginx"), Path.Combine(repositoryRoot, "nginx", "Dockerfile"), nginxImage),
        ];

        ImageRecipe Published(string service, string folder, string project) => new(
            service,
            Path.Combine(repositoryRoot, "artifacts", "publish", folder),
            Path.Combine(repositoryRoot, "src", project, "Dockerfile"),
            runtimeImage);
    }

    /// <returns>Name of the image that this one is built on.</returns>
    public string Base() => BaseImage ?? File.ReadLines(Dockerfile).First(static line => line.StartsWith(DefaultBase, StringComparison.Ordinal))[DefaultBase.Length..];

    /// <summary>Stands for the digest that a registry would give the image: as good for a plan, and of no use to an engine.</summary>
    public string StandInDigest() => ContentHash.OfText(ContentTag()).ToString();

    /// <summary>Names the image by what goes into it, so that the same content is the same image on every machine.</summary>
    /// <exception cref="DirectoryNotFoundException">The context is not there: it has to be published first.</exception>
    public string ContentTag() => ContentHash.Of(
    [
        new("context", ContentHash.OfFolder(Context)),
        new("dockerfile", ContentHash.OfFile(Dockerfile)),
        new("base", ContentHash.OfText(BaseImage ?? "")),
        new("platform", ContentHash.OfText(Platform)),
    ]).Hex[..TagDigits];
}
