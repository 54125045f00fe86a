namespace VectorDb.EndToEnd.Tests;

/// <summary>A copy of the repository as a newcomer would have it, with what is compiled already, so that tests may change it.</summary>
internal sealed class Checkout : IDisposable
{
    private static readonly string[] Programs = ["VectorDb.Api", "VectorDb.Worker", "VectorDb.Dashboard", "VectorDb.LocalHost"];

    // Only sources; what of the rest is needed is copied by name.
    private static readonly string[] LeftOut = ["bin", "obj", ".git", ".vectordb", "artifacts", "TestResults", "node_modules"];

    private readonly TemporaryFolder _folder = new();

    public Checkout()
    {
        Copy(Repository.Root, Root, LeftOut);
        Copy(Path.Combine(Repository.Root, "build", "bin", "compiled"), Path.Combine(Root, "build", "bin", "compiled"), []);
        foreach (var program in Programs)
        {
            Copy(OutputOf(Repository.Root, "src", program), OutputOf(Root, "src", program), []);
        }
    }

    public string Root => _folder.File("repository");

    /// <summary>Gives the next deploy other bytes than the last.</summary>
    /// <param name="program">A folder of the published output: <c>api</c>, <c>worker</c>, <c>dashboard</c> or <c>host</c>.</param>
    public void Vary(string program) => File.WriteAllText(Path.Combine(Published(program), "variant.txt"), $"{Guid.NewGuid()}\n");

    /// <summary>Publishes a service that names the right release and does nothing else right.</summary>
    /// <returns>Puts the true service back.</returns>
    public IDisposable Break(string program)
    {
        var kept = _folder.File($"kept-{program}");
        Directory.Move(Published(program), kept);
        Copy(OutputOf(Repository.Root, "tests", "VectorDb.FakeService"), Published(program), []);
        Vary(program);
        return new Repair(() =>
        {
            Directory.Delete(Published(program), recursive: true);
            Directory.Move(kept, Published(program));
        });
    }

    public void Dispose() => _folder.Dispose();

    private static string OutputOf(string root, string folder, string project) => Path.Combine(root, folder, project, "bin", "Release", "net10.0");

    private static void Copy(string from, string to, string[] leftOut)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (var folder in Directory.GetDirectories(from).Where(folder => !leftOut.Contains(Path.GetFileName(folder), StringComparer.Ordinal)))
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)), leftOut);
        }
    }

    private string Published(string program) => Path.Combine(Root, "artifacts", "publish", program);

    private sealed class Repair(Action repair) : IDisposable
    {
        public void Dispose() => repair();
    }
}
