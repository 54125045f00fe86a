using Polly;

namespace VectorDb.Build.Images;

/// <summary>Copies images from registry to registry as they are: the digest stays, no engine is asked, and nothing lies on this machine.</summary>
/// <param name="network">Carries the calls.</param>
internal sealed class ImageCopier(HttpMessageHandler network, TimeProvider time)
{
    private const int TagDigits = 16;

    private readonly ResiliencePipeline _retry = RegistryRetry.On(new PredicateBuilder().Handle<HttpRequestException>().Handle<IOException>(), time);

    /// <param name="images">Digest by repository.</param>
    /// <returns>How many were not there yet.</returns>
    /// <exception cref="InvalidOperationException">The source has an image no more.</exception>
    /// <exception cref="HttpRequestException">A registry refused or stayed away for every attempt.</exception>
    public async Task<int> CopyAsync(IReadOnlyDictionary<string, string> images, IImageRegistry source, IImageRegistry target, CancellationToken cancellation)
    {
        var known = await Task.WhenAll(images.Select(async image => (image.Key, image.Value, Found: await target.FindAsync(image.Key, image.Value, cancellation))));
        var missing = known.Where(static image => image.Found is null).ToList();
        if (missing.Count == 0)
        {
            return 0;
        }

        using var from = new RegistryApi(network, await source.LogInAsync(cancellation));
        using var to = new RegistryApi(network, await target.LogInAsync(cancellation));
        await Task.WhenAll(missing.Select(image => CopyAsync(from, to, image.Key, image.Value, image.Value.Split(':')[1][..TagDigits], cancellation)));
        return missing.Count;
    }

    /// <summary>What a manifest names comes before it, as a registry demands.</summary>
    private async Task CopyAsync(RegistryApi from, RegistryApi to, string repository, string digest, string reference, CancellationToken cancellation)
    {
        var manifest = await _retry.ExecuteAsync(async token => await from.ManifestAsync(repository, digest, token), cancellation);
        foreach (var part in manifest.Manifests)
        {
            await CopyAsync(from, to, repository, part, part, cancellation);
        }

        foreach (var blob in manifest.Blobs)
        {
            await _retry.ExecuteAsync(
                async token =>
                {
                    if (!await to.HasBlobAsync(repository, blob, token))
                    {
                        await to.TakeBlobAsync(from, repository, blob, token);
                    }
                },
                cancellation);
        }

        await _retry.ExecuteAsync(
            async token =>
            {
                // A tag that is set already cannot be set again, not even to the same image.
                if (!await to.HasManifestAsync(repository, digest, token))
                {
                    await to.PutManifestAsync(repository, reference, manifest, token);
                }
            },
            cancellation);
    }
}
