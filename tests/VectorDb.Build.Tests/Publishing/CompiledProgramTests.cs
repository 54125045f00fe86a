using VectorDb.Build.Publishing;

namespace VectorDb.Build.Tests.Publishing;

public sealed class CompiledProgramTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_runs_is_laid_out_and_what_is_for_development_is_not()
    {
        Write("bin/Release/net10.0/VectorDb.Api.dll", "VectorDb.Api.pdb", "VectorDb.Api.runtimeconfig.json", "VectorDb.Api.deps.json", "data.xml");
        Write("bin/Release/net10.0/VectorDb.Api.xml", "VectorDb.Api.staticwebassets.runtime.json", "appsettings.Development.json");
        Write("bin/Release/net10.0/runtimes/linux-x64/native/libe_sqlite3.so", "../../linux-s390x/native/libe_sqlite3.so");
        Write("wwwroot/css/site.css");

        new CompiledProgram(_folder.Path).LayOut(_folder.File("out"));

        Assert.Equal(
            [
                "VectorDb.Api.deps.json", "VectorDb.Api.dll", "VectorDb.Api.pdb", "VectorDb.Api.runtimeconfig.json", "data.xml",
                "runtimes/linux-x64/native/libe_sqlite3.so", "wwwroot/css/site.css",
            ],
            Directory.GetFiles(_folder.File("out"), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_folder.File("out"), file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_same_bytes_are_recognised_and_changed_added_or_removed_ones_are_not()
    {
        Write("bin/Release/net10.0/VectorDb.Api.dll");
        var program = new CompiledProgram(_folder.Path);
        program.LayOut(_folder.File("out"));
        Assert.True(program.IsLaidOutIn(_folder.File("out")));

        Write("bin/Release/net10.0/VectorDb.Core.dll");
        Assert.False(program.IsLaidOutIn(_folder.File("out")));
        program.LayOut(_folder.File("out2"));
        File.WriteAllText(_folder.File("out2", "stale.dll"), "");
        Assert.False(program.IsLaidOutIn(_folder.File("out2")));
    }

    private void Write(string first, params string[] others)
    {
        var folder = Path.GetDirectoryName(_folder.File(first))!;
        foreach (var path in others.Select(other => Path.GetFullPath(Path.Combine(folder, other))).Prepend(_folder.File(first)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, path);
        }
    }
}
