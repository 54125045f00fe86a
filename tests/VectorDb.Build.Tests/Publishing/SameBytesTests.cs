using VectorDb.Build.Processes;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Tests.Publishing;

public sealed class SameBytesTests : IDisposable
{
    private static readonly string[] Inputs = ["Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [Trait(Suites.Trait, Suites.Full)]
    [InlineData("VectorDb.Api")]
    [InlineData("VectorDb.Dashboard")]
    public async Task The_same_source_compiled_in_another_folder_is_the_same_release(string project)
    {
        var root = RepositoryRoot.Find();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(root, "src"), "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path)).Where(IsSource).Concat(Inputs))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(file))!);
            File.Copy(Path.Combine(root, file), _folder.File(file));
        }

        await new CommandRunner(TimeProvider.System).RunAsync(
            new Command("dotnet", "build", _folder.File("src", project), "-c", "Release", "-v", "quiet", "-nologo", "-nodeReuse:false", "-p:RunAnalyzers=false"),
            TestContext.Current.CancellationToken);

        var output = Path.Combine("src", project, "bin", "Release", "net10.0");
        foreach (var assembly in new[] { $"{project}.dll", "VectorDb.Core.dll", $"{project}.deps.json" })
        {
            Assert.Equal(ContentHash.OfFile(Path.Combine(root, output, assembly)), ContentHash.OfFile(_folder.File(output, assembly)));
        }
    }

    private static bool IsSource(string path) => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj");
}
