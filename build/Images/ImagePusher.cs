using Polly;
using VectorDb.Build.Aws;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Images;

/// <summary>Brings images into the registry and learns the digests that it gives them.</summary>
/// <param name="logins">Where a login lies while it is needed; without it in memory.</param>
internal sealed class ImagePusher(DockerClient docker, IImageRegistry registry, TimeProvider time, string? logins = null)
{
    private readonly ResiliencePipeline _retry = RegistryRetry.On(new PredicateBuilder().Handle<CommandFailedException>(), time);

    /// <returns>In the order of <paramref name="images"/>.</returns>
    /// <exception cref="MissingRepositoryException">A repository is not there; nothing is pushed.</exception>
    /// <exception cref="CommandFailedException">The registry refused or stayed away for every attempt.</exception>
    public async Task<IReadOnlyList<PushedImage>> PushAsync(IReadOnlyList<BuiltImage> images, CancellationToken cancellation)
    {
        var known = await Task.WhenAll(images.Select(image => registry.FindAsync(image.Recipe.Repository, image.Tag, cancellation)));
        if (known.All(static image => image is not null))
        {
            return [.. images.Zip(known, static (image, found) => Kept(image, found!))];
        }

        var login = await registry.LogInAsync(cancellation);
        using var session = new LoginFolder(logins ?? LoginFolder.Usual);
        await _retry.ExecuteAsync(
            async token => await docker.LogInAsync(login.ProxyEndpoint.Authority, login.User, login.Password, session.Path, token), cancellation);
        Task<PushedImage> BringAsync(BuiltImage image, RegistryImage? found) =>
            found is null ? PushAsync(image, login, session.Path, cancellation) : Task.FromResult(Kept(image, found));

        // One before the others: what they share with it an engine then neither compresses nor sends again.
        var first = await BringAsync(images[0], known[0]);
        return [first, .. await Task.WhenAll(images.Skip(1).Zip(known.Skip(1), BringAsync))];
    }

    private static PushedImage Kept(BuiltImage image, RegistryImage found) =>
        new(new ImageDigest(image.Recipe.Repository, found.Digest), Pushed: false, TimeSpan.Zero);

    private async Task<PushedImage> PushAsync(BuiltImage image, RegistryLogin login, string session, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var name = $"{login.ProxyEndpoint.Authority}/{image.Recipe.Repository}:{image.Tag}";
        await docker.TagAsync($"{image.Recipe.Repository}:{image.Tag}", name, cancellation);
        var digest = await _retry.ExecuteAsync(async token => await PushAsync(image, name, session, token), cancellation);
        return new PushedImage(new ImageDigest(image.Recipe.Repository, digest), Pushed: true, time.GetElapsedTime(started));
    }

    /// <summary>
    /// A push may fail although the image is there: its answer was lost, or another run has pushed the same content meanwhile, and a tag that
    /// is set already cannot be set again. What lies under the content tag is the image, whoever brought it.
    /// </summary>
    private async Task<string> PushAsync(BuiltImage image, string name, string session, CancellationToken cancellation)
    {
        try
        {
            return await docker.PushAsync(name, session, cancellation);
        }
        catch (CommandFailedException)
        {
            if (await LookAsync(image, cancellation) is { } there)
            {
                return there.Digest;
            }

            throw;
        }
    }

    /// <returns>Null also where the registry cannot be asked: the push's own failure says more.</returns>
    private async Task<RegistryImage?> LookAsync(BuiltImage image, CancellationToken cancellation)
    {
        try
        {
            return await registry.FindAsync(image.Recipe.Repository, image.Tag, cancellation);
        }
        catch (Exception failed) when (failed is HttpRequestException or AwsException or TimeoutException)
        {
            return null;
        }
    }
}
