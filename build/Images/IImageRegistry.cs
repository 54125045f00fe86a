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
}

internal sealed class MissingRepositoryException(string repository, string environment, Exception inner) : Exception(
    $"The registry has no repository '{repository}'; make it with ./build.sh --target=Bootstrap --environment={environment}", inner);

/// <summary>Elastic Container Registry.</summary>
/// <param name="ecr">The account and region that hold the repositories.</param>
/// <param name="environment">Name of the environment, for messages.</param>
internal sealed class EcrRegistry(EcrClient ecr, string environment) : IImageRegistry
{
    public Task<RegistryLogin> LogInAsync(CancellationToken cancellation) => ecr.LogInAsync(cancellation);

    public async Task<RegistryImage?> FindAsync(string repository, string tagOrDigest, CancellationToken cancellation)
    {
        try
        {
            return await ecr.FindAsync(repository, tagOrDigest, cancellation);
        }
        catch (AwsException error) when (error.Code == "RepositoryNotFoundException")
        {
            throw new MissingRepositoryException(repository, environment, error);
        }
    }
}
