using VectorDb.Build.Aws;

namespace VectorDb.Build.Images;

/// <summary>Where images are kept.</summary>
internal interface IImageRegistry
{
    /// <summary>A login that may push.</summary>
    Task<RegistryLogin> LogInAsync(CancellationToken cancellation);

    /// <returns>The image with that tag or digest, or null.</returns>
    /// <exception cref="MissingRepositoryException">The repository itself is not there.</exception>
    Task<RegistryImage?> FindAsync(string repository, string tagOrDigest, CancellationToken cancellation);

    /// <returns>What is known of the image's scan, or null as long as none has begun.</returns>
    /// <exception cref="MissingRepositoryException">The repository itself is not there.</exception>
    Task<ImageScan?> FindScanAsync(string repository, string digest, CancellationToken cancellation);
}

internal sealed class MissingRepositoryException(string repository, string environment, Exception inner) : Exception(
    $"The registry has no repository '{repository}'; make it with ./build.sh --target=Bootstrap --environment={environment}", inner);

/// <summary>Elastic Container Registry.</summary>
/// <param name="ecr">The account and region that hold the repositories.</param>
/// <param name="environment">Name of the environment, for messages.</param>
internal sealed class EcrRegistry(EcrClient ecr, string environment) : IImageRegistry
{
    public Task<RegistryLogin> LogInAsync(CancellationToken cancellation) => ecr.LogInAsync(cancellation);

    public Task<RegistryImage?> FindAsync(string repository, string tagOrDigest, CancellationToken cancellation) =>
        InAsync(repository, () => ecr.FindAsync(repository, tagOrDigest, cancellation));

    public Task<ImageScan?> FindScanAsync(string repository, string digest, CancellationToken cancellation) =>
        InAsync(repository, () => ecr.FindScanAsync(repository, digest, cancellation));

    private async Task<T> InAsync<T>(string repository, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (AwsException error) when (error.Code == "RepositoryNotFoundException")
        {
            throw new MissingRepositoryException(repository, environment, error);
        }
    }
}
