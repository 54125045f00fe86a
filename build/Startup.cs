using Cake.Core.IO;
using Cake.Core.Packaging;
using Cake.Frosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using VectorDb.Build.Processes;
using VectorDb.Build.Tasks;

namespace VectorDb.Build;

/// <summary>The services that tasks are built from.</summary>
public sealed class Startup : IFrostingStartup
{
    /// <inheritdoc/>
    public void Configure(IServiceCollection services)
    {
        // No tool is installed from a package, and building the installers would cost every start 50 ms.
        services.RemoveAll<IPackageInstaller>();
        services.AddSingleton(TimeProvider.System);
        services.AddReleases().UseLifetime<ReleaseLifetime>();
        services.AddSingleton<IProcessRunner>(provider => new CancellableProcessRunner(
            ActivatorUtilities.CreateInstance<ProcessRunner>(provider), provider.GetRequiredService<BuildSession>().Cancellation));
    }
}
