using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Images;

/// <summary>Copies images from registry to registry, manifest by manifest: the digest stays.</summary>
internal sealed class ImageCopier(DockerClient docker)
{
    private const int TagDigits = 16;

    /// <param name="images">Digest by repository.</param>
    /// <returns>How many were not there yet.</returns>
    /// <exception cref="InvalidOperationException">The copy has another digest.</exception>
    /// <exception cref="CommandFailedException">A registry refused.</exception>
    public async Task<int> CopyAsync(IReadOnlyDictionary<string, string> images, AwsAccount source, AwsAccount target, CancellationToken cancellation)
    {
        var registry = new EcrRegistry(target.Services.Ecr, target.Environment);
        var known = await Task.WhenAll(images.Select(async image => (image.Key, image.Value, Found: await registry.FindAsync(image.Key, image.Value, cancellation))));
        var missing = known.Where(static image => image.Found is null).ToList();
        if (missing.Count == 0)
        {
            return 0;
        }

        using var session = new LoginFolder();
        foreach (var login in new[] { await source.Services.Ecr.LogInAsync(cancellation), await target.Services.Ecr.LogInAsync(cancellation) })
        {
            await docker.LogInAsync(login.ProxyEndpoint.Authority, login.User, login.Password, session.Path, cancellation);
        }

        foreach (var (repository, digest, _) in missing)
        {
            await docker.CopyAsync($"{source.Registry}/{repository}@{digest}", $"{target.Registry}/{repository}:{digest.Split(':')[1][..TagDigits]}", session.Path, cancellation);
            if (await registry.FindAsync(repository, digest, cancellation) is null)
            {
                throw new InvalidOperationException($"The copy of {repository} in {target.Registry} is not {digest}; nothing was released.");
            }
        }

        return missing.Count;
    }
}
