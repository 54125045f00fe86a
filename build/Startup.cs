using Cake.Core.IO;
using Cake.Frosting;
using Microsoft.Extensions.DependencyInjection;
using VectorDb.Build.Processes;
using VectorDb.Build.Tasks;

namespace VectorDb.Build;

/// <summary>The services that tasks are built from.</summary>
public sealed class Startup : IFrostingStartup
{
    /// <inheritdoc/>
    public void Configure(IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddReleases().UseLifetime<ReleaseLifetime>();
        services.AddSingleton<IProcessRunner>(provider => new CancellableProcessRunner(
            ActivatorUtilities.CreateInstance<ProcessRunner>(provider), provider.GetRequiredService<BuildSession>().Cancellation));
    }
}
