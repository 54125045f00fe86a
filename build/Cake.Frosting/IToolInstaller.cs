using Cake.Core.Packaging;

namespace Cake.Frosting;

/// <summary>Installs the tools that a host was given with <c>InstallTool</c>.</summary>
public interface IToolInstaller
{
    /// <summary>Installs a tool with the first package installer that knows its scheme.</summary>
    /// <exception cref="FrostingException">No installer knows the scheme, or the package holds no tool.</exception>
    void Install(PackageReference tool);
}
