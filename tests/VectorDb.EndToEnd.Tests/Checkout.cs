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

    /// <summary>Makes the whole chain work on these projects only, so that a build takes seconds.</summary>
    /// <param name="projects">Paths from the root; what they refer to is compiled with them.</param>
    public void Limit(params string[] projects) => File.WriteAllText(
        Path.Combine(Root, "VectorDb.sln"),
        string.Concat(projects.Select(static (project, index) =>
            $"Project(\"{{FAE04EC0-301F-11D3-BF4B-00C04F79EFBC}}\") = \"{Path.GetFileNameWithoutExtension(project)}\", \"{project}\", \"{{00000000-0000-0000-0000-{index:D12}}}\"\nEndProject\n")
            .Prepend("Microsoft Visual Studio Solution File, Format Version 12.00\n")
            .Append("Global\nGlobalSection(SolutionConfigurationPlatforms) = preSolution\nRelease|Any CPU = Release|Any CPU\nEndGlobalSection\nGlobalSection(ProjectConfigurationPlatforms) = postSolution\n")
            .Concat(projects.Select(static (_, index) =>
                $"{{00000000-0000-0000-0000-{index:D12}}}.Release|Any CPU.ActiveCfg = Release|Any CPU\n{{00000000-0000-0000-0000-{index:D12}}}.Release|Any CPU.Build.0 = Release|Any CPU\n"))
            .Append("EndGlobalSection\nEndGlobal\n")));

    /// <summary>Changes a source.</summary>
    /// <returns>Puts the source back as it was.</returns>
    public IDisposable Edit(string file, string from, string to)
    {
        var path = Path.Combine(Root, file);
        var source = File.ReadAllText(path);
        Assert.Contains(from, source, StringComparison.Ordinal);
        File.WriteAllText(path, source.Replace(from, to, StringComparison.Ordinal));
        return new Repair(() => File.WriteAllText(path, source));
    }

    /// <summary>Has something for each step of the chain to do: other outputs to look at, other tests, another release.</summary>
    public void VaryAll()
    {
        const string tests = "Cake.Frosting.Tests";
        if (!Directory.Exists(OutputOf(Root, "tests", tests)))
        {
            Copy(OutputOf(Repository.Root, "tests", tests), OutputOf(Root, "tests", tests), []);
        }

        foreach (var output in (string[])[OutputOf(Root, "tests", tests), OutputOf(Root, "src", "VectorDb.Api")])
        {
            File.WriteAllText(Path.Combine(output, "variant.txt"), $"{Guid.NewGuid()}\n");
        }
    }

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
