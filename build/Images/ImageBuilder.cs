using VectorDb.Build.Processes;

namespace VectorDb.Build.Images;

/// <summary>Makes images from published output, each content once.</summary>
internal sealed class ImageBuilder(DockerClient docker)
{
    /// <summary>Files get one fixed time, because the time of a copied file is part of a layer's digest.</summary>
    private static readonly DateTime FixedTime = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <param name="recipes">What to build, at the same time.</param>
    /// <param name="registry">Asked first, where there is one: what it has is not built again.</param>
    /// <param name="standIns">Whether stand-ins for base images will do, as on this machine and in a rehearsal: no registry of AWS may get one under the tag of the real one.</param>
    /// <param name="cancellation">Ends the builds.</param>
    /// <returns>In the order of <paramref name="recipes"/>.</returns>
    /// <exception cref="CommandFailedException">A build failed.</exception>
    /// <exception cref="InvalidOperationException">What an image was made of changed meanwhile: it is gone again.</exception>
    /// <exception cref="StandInException">A base image that the engine has is a stand-in, and that will not do.</exception>
    public async Task<IReadOnlyList<BuiltImage>> BuildAsync(
        IReadOnlyList<ImageRecipe> recipes, IImageRegistry? registry, bool standIns, CancellationToken cancellation) =>
        await Task.WhenAll(recipes.Select(recipe => BuildAsync(recipe, registry, standIns, cancellation)));

    private async Task<BuiltImage> BuildAsync(ImageRecipe recipe, IImageRegistry? registry, bool standIns, CancellationToken cancellation)
    {
        var tag = recipe.ContentTag();
        return new BuiltImage(recipe, tag, await EnsureAsync());

        async Task<BuildOutcome> EnsureAsync()
        {
            if (registry is not null && await registry.FindAsync(recipe.Repository, tag, cancellation) is not null)
            {
                return BuildOutcome.InRegistry;
            }

            var image = $"{recipe.Repository}:{tag}";
            if (await docker.HasAsync(image, cancellation) && await WillDoAsync(image))
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

            return await WillDoAsync(image) ? BuildOutcome.Built : throw new StandInException(
                $"{recipe.Repository} is not pushed: this machine's {recipe.Base()} is a stand-in that scripts/base-images.sh made, and no registry of AWS takes what is built on one. "
                + $"Fetch the real one, then run the command again: docker pull --platform {recipe.Platform} {recipe.Base()}");
        }

        async Task<bool> WillDoAsync(string image) => standIns || !await docker.IsStandInAsync(image, cancellation);
    }
}

internal sealed class StandInException(string message) : Exception(message);
