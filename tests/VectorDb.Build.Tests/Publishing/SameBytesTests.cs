using VectorDb.Build.Processes;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Tests.Publishing;

public sealed class SameBytesTests : IDisposable
{
    private static readonly string[] Inputs = ["Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig"];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

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
            Token);

        var output = Path.Combine("src", project, "bin", "Release", "net10.0");
        foreach (var assembly in new[] { $"{project}.dll", "VectorDb.Core.dll", $"{project}.deps.json" })
        {
            Assert.Equal(ContentHash.OfFile(Path.Combine(root, output, assembly)), ContentHash.OfFile(_folder.File(output, assembly)));
        }
    }

    [Fact]
    [Trait(Suites.Trait, Suites.Full)]
    public async Task The_same_tree_at_another_commit_of_GitHub_is_the_same_bytes_symbols_too()
    {
        foreach (var file in Inputs)
        {
            File.Copy(Path.Combine(RepositoryRoot.Find(), file), _folder.File(file));
        }

        await File.WriteAllTextAsync(_folder.File("Sample.csproj"), """<Project Sdk="Microsoft.NET.Sdk" />""", Token);
        await File.WriteAllTextAsync(_folder.File("Sample.cs"), "namespace Sample;\n\ninternal static class Answer\n{\n    public static int Of(int question) => question;\n}\n", Token);
        await GitAsync("init", "--quiet");
        await GitAsync("remote", "add", "origin", "https://github.com/owner/name.git");
        await GitAsync("add", "--all");
        var first = await CompileAsync();

        Assert.Equal(first, await CompileAsync());
    }

    /// <returns>Hash of all that the compiler made of the next commit, which changes nothing.</returns>
    private async Task<ContentHash> CompileAsync()
    {
        await GitAsync("-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "--quiet", "--allow-empty", "--message=the same");
        await new CommandRunner(TimeProvider.System).RunAsync(
            new Command("dotnet", "build", _folder.File("Sample.csproj"), "-c", "Release", "-v", "quiet", "-nologo", "-nodeReuse:false", "-p:RunAnalyzers=false", "--output", _folder.File("bin", "output")),
            Token);
        var hash = ContentHash.OfFolder(_folder.File("bin", "output"));
        Directory.Delete(_folder.File("obj"), recursive: true);
        Directory.Delete(_folder.File("bin"), recursive: true);
        return hash;
    }

    private Task GitAsync(params string[] arguments) => new CommandRunner(TimeProvider.System).RunAsync(new Command("git", ["-C", _folder.Path, .. arguments]), Token);

    private static bool IsSource(string path) => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj");
}
