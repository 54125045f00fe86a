using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Files;

namespace VectorDb.Build.Tests.Releases;

public sealed class FileReleaseCatalogTests : ReleaseCatalogConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    internal override IReleaseCatalog Open() => new FileReleaseCatalog(_folder.File("releases"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Folders_without_a_manifest_are_no_releases()
    {
        Directory.CreateDirectory(_folder.File("releases", Samples.Release(1).Value, "api"));
        Directory.CreateDirectory(_folder.File("releases", ".staging"));

        Assert.Empty(await Open().ListAsync(TestContext.Current.CancellationToken));
    }
}
