using VectorDb.Build.Releases;

namespace VectorDb.Build.Publishing;

/// <summary>
/// The compiled output of one program, as far as it belongs into a release. It is copied instead of published by the SDK: the
/// result is the same for programs that need a runtime on the machine, in a tenth of a second instead of several.
/// </summary>
/// <param name="projectFolder">The folder of the project.</param>
internal sealed class CompiledProgram(string projectFolder)
{
    private const string Assets = "wwwroot";

    // For development only; the first holds absolute paths.
    private static readonly string[] LeftOut = [".staticwebassets.runtime.json", ".staticwebassets.endpoints.json", ".Development.json"];

    // Native code of other systems would be three quarters of a release.
    private static readonly string[] Platforms = ["linux-x64", "linux-arm64", "osx-x64", "osx-arm64", "win-x64", "unix", "win"];

    private readonly string _output = Path.Combine(projectFolder, "bin", "Release", "net10.0");

    public bool IsLaidOutIn(string folder) => ContentHash.OfFolder(folder) == ContentHash.Of(Files().AsParallel().Select(
        file => KeyValuePair.Create(file.Name, ContentHash.OfFile(file.Path))).ToList());

    public void LayOut(string folder) => Parallel.ForEach(Files(), file =>
    {
        var target = Path.Combine(folder, file.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(file.Path, target);
    });

    private IEnumerable<(string Name, string Path)> Files()
    {
        var assets = Path.Combine(projectFolder, Assets);
        return Below(_output).Where(file => !IsLeftOut(file.Name))
            .Concat(Directory.Exists(assets) ? Below(assets).Select(file => (Name: $"{Assets}/{file.Name}", file.Path)) : [])
            .DistinctBy(file => file.Name);
    }

    /// <summary>Documentation of an assembly beside it is for the compiler.</summary>
    private bool IsLeftOut(string name) =>
        LeftOut.Any(ending => name.EndsWith(ending, StringComparison.Ordinal))
        || (name.Split('/') is ["runtimes", var platform, ..] && !Platforms.Contains(platform, StringComparer.Ordinal))
        || (name.EndsWith(".xml", StringComparison.Ordinal) && File.Exists(Path.Combine(_output, Path.ChangeExtension(name, ".dll"))));

    private static IEnumerable<(string Name, string Path)> Below(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => (Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'), path));
}
