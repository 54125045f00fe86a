using VectorDb.Build.Processes;

namespace VectorDb.Build.Images;

/// <summary>Makes images from published output, each content once.</summary>
internal sealed class ImageBuilder(DockerClient docker, TimeProvider time)
{
    /// <summary>Files get one fixed time, because the time of a copied file is part of a layer's digest.</summary>
    private static readonly DateTime FixedTime = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <param name="recipes">What to build, at the same time.</param>
    /// <param name="registry">Asked first, where there is one: what it has is not built again.</param>
    /// <param name="cancellation">Ends the builds.</param>
    /// <returns>In the order of <paramref name="recipes"/>.</returns>
    /// <exception cref="CommandFailedException">A build failed.</exception>
    /// <exception cref="InvalidOperationException">What an image was made of changed meanwhile: it is gone again.</exception>
    public async Task<IReadOnlyList<BuiltImage>> BuildAsync(
        IReadOnlyList<ImageRecipe> recipes, IImageRegistry? registry, CancellationToken cancellation) =>
        await Task.WhenAll(recipes.Select(recipe => BuildAsync(recipe, registry, cancellation)));

    private async Task<BuiltImage> BuildAsync(ImageRecipe recipe, IImageRegistry? registry, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var tag = recipe.ContentTag();
        return new BuiltImage(recipe, tag, await EnsureAsync(), time.GetElapsedTime(started));

        async Task<BuildOutcome> EnsureAsync()
        {
            if (registry is not null && await registry.FindAsync(recipe.Repository, tag, cancellation) is not null)
            {
                return BuildOutcome.InRegistry;
            }

            var image = $"{recipe.Repository}:{tag}";
            if (await docker.HasAsync(image, cancellation))
            {
                return BuildOutcome.InEngine;
            }

            foreach (var file in Directory.EnumerateFileSystemEntries(recipe.Context, "*", SearchOption.AllDirectories))
            {
                File.SetLastWriteTimeUtc(file, FixedTime);
            }

            await docker.BuildAsync(recipe, image, tag, cancellation);
            if (recipe.ContentTag() != tag)
            {
                await docker.UntagAsync(image, CancellationToken.None);
                throw new InvalidOperationException($"{recipe.Context} has changed while {image} was made of it: another run has worked on this tree meanwhile. Run the command again.");
            }

            return BuildOutcome.Built;
        }
    }
}
