using Microsoft.Extensions.DependencyInjection;

namespace Cake.Frosting;

/// <summary>Configures the services of a host, for <c>UseStartup</c>.</summary>
public interface IFrostingStartup
{
    /// <summary>Adds to or replaces the services of the host.</summary>
    void Configure(IServiceCollection services);
}
