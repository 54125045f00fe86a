using System.Reflection;

namespace VectorDb.LocalHost.Tests.Hosting;

/// <summary>A home folder with releases of the fake service.</summary>
internal sealed class TestHome : IDisposable
{
    private static readonly string FakeService = typeof(TestHome).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static attribute => attribute.Key == "FakeService").Value!;

    private readonly TemporaryFolder _folder = new();

    public TestHome(string subfolder = "") => Home = _folder.File(subfolder, "local");

    public string Home { get; }

    public string File(params string[] parts) => Path.Combine([Home, .. parts]);

    /// <returns>The folder of a release with the three services.</returns>
    public string Release(string id)
    {
        var release = File("releases", id);
        foreach (var service in (string[])["api", "worker", "dashboard"])
        {
            var folder = Path.Combine(release, service);
            Directory.CreateDirectory(folder);
            foreach (var file in Directory.GetFiles(FakeService))
            {
                // Renamed into place: written over, it would change under a service that has it mapped.
                var target = Path.Combine(folder, Path.GetFileName(file));
                System.IO.File.Copy(file, target + ".new", overwrite: true);
                System.IO.File.Move(target + ".new", target, overwrite: true);
            }
        }

        return release;
    }

    /// <returns>The folder of a host that takes over in words only, and accepts once a file <c>go</c> lies beside it.</returns>
    public string FakeSuccessor()
    {
        var folder = File("host", "fake");
        Directory.CreateDirectory(folder);
        foreach (var extension in (string[])[".dll", ".runtimeconfig.json"])
        {
            System.IO.File.Copy(Path.Combine(FakeService, "VectorDb.FakeService" + extension), Path.Combine(folder, "VectorDb.LocalHost" + extension));
        }

        return folder;
    }

    public void Dispose() => _folder.Dispose();
}
