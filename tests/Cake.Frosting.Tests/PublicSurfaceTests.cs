using PublicApiGenerator;

namespace Cake.Frosting.Tests;

public sealed class PublicSurfaceTests
{
    [Fact]
    public void The_public_surface_is_that_of_the_Cake_Frosting_package() =>
        Snapshots.Match(typeof(CakeHost).Assembly.GeneratePublicApi(new ApiGeneratorOptions
        {
            IncludeAssemblyAttributes = false,
            ExcludeAttributes = ["System.Runtime.CompilerServices.NullableContextAttribute", "System.Runtime.CompilerServices.NullableAttribute"],
        }));
}
