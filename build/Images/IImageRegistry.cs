using VectorDb.Build.Aws;
using VectorDb.Build.CommandLine;

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

    /// <summary>Has the image scanned anew; nothing happens where that was begun within the last day.</summary>
    /// <exception cref="MissingRepositoryException">The repository itself is not there.</exception>
    Task StartScanAsync(string repository, string digest, CancellationToken cancellation);
}

internal sealed class MissingRepositoryException(string repository, string environment, Exception inner) : Exception(
    $"The registry has no repository '{repository}'; make it with {BuildCommand.Line("Bootstrap", environment)}", inner);
