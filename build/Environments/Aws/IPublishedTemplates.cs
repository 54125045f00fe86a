using VectorDb.Build.Aws;

namespace VectorDb.Build.Environments.Aws;

/// <summary>What instances start from, as Terraform published it.</summary>
internal interface IPublishedTemplates
{
    /// <returns>By profile.</returns>
    /// <exception cref="InvalidOperationException">Nothing was applied yet.</exception>
    Task<IReadOnlyDictionary<string, LaunchTemplateVersion>> LaunchTemplatesAsync(CancellationToken cancellationToken);
}
