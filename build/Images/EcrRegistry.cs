using VectorDb.Build.Aws;

namespace VectorDb.Build.Images;

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

    public Task StartScanAsync(string repository, string digest, CancellationToken cancellation) => InAsync(repository, async () =>
    {
        await ecr.StartScanAsync(repository, digest, cancellation);
        return true;
    });

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
