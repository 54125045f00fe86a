using VectorDb.Build.Compilation;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Tests.Compilation;

public sealed class BuildRecordTests : IDisposable
{
    private const string Variable = "VECTORDB_BUILD_RECORD_TEST";

    private readonly TemporaryFolder _folder = new();

    public BuildRecordTests()
    {
        Write("source", "Directory.Build.props");
        Write($"<Project><PropertyGroup><X>$({Variable})</X></PropertyGroup></Project>", "src", "Program", "Program.csproj");
        Write("source", "src", "Program", "Program.cs");
        Write("output", "src", "Program", "bin", "Release", "net10.0", "Program.dll");
        Write("restored", "src", "Program", "obj", "project.assets.json");
        Write("output", "tests", "Program.Tests", "bin", "Release", "net10.0", "Program.Tests.dll");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private BuildRecord Record => new(_folder.Path, _folder.File("artifacts", "build.record"));

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        _folder.Dispose();
    }

    /// <summary>What may change, and whether that asks for a compilation.</summary>
    public static TheoryData<string, bool> Changes => new()
    {
        { "nothing", false },
        { "touch src/Program/Program.cs", false },
        { "edit src/Program/Program.cs", true },
        { "add src/Program/Added.cs", true },
        { "delete src/Program/Program.cs", true },
        { "rename src/Program/Program.cs", true },
        { "edit Directory.Build.props", true },
        { "add nuget.config", true },
        { "edit src/Program/bin/Release/net10.0/Program.dll", true },
        { "touch src/Program/bin/Release/net10.0/Program.dll", true },
        { "delete tests/Program.Tests/bin/Release/net10.0/Program.Tests.dll", true },
        { "add tests/Program.Tests/bin/Release/net10.0/Other.dll", true },
        { "delete src/Program/obj/project.assets.json", true },
        { "delete artifacts/build.record", true },
        { "add artifacts/publish/api/Program.dll", false },
        { "add src/Program/bin/Debug/net10.0/Program.dll", false },
        { "add .vectordb/local/ledger.jsonl", false },
        { "link src/Program/Linked.cs", true },
        { "set", true },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_record_covers_a_tree_until_a_source_or_an_output_changes(string change, bool compiles)
    {
        await Record.KeepAsync(Record.Sources(), Cancellation);
        Assert.True(Record.Covers(Record.Sources()));

        Make(change);

        Assert.Equal(compiles, !Record.Covers(Record.Sources()));
    }

    [Fact]
    public async Task A_source_that_changes_during_the_compilation_leaves_no_record()
    {
        var sources = Record.Sources();
        Write("changed", "src", "Program", "Program.cs");
        await Record.KeepAsync(sources, Cancellation);
        Assert.False(Record.Covers(sources));
        Assert.False(Record.Covers(Record.Sources()));
    }

    [Fact]
    public async Task A_compilation_that_was_begun_and_not_ended_leaves_no_record()
    {
        await Record.KeepAsync(Record.Sources(), Cancellation);
        Record.Forget();
        Assert.False(Record.Covers(Record.Sources()));
    }

    [Fact]
    public void Where_nothing_was_ever_compiled_there_is_nothing_to_forget_and_nothing_covered()
    {
        Directory.CreateDirectory(_folder.File("artifacts"));
        Record.Forget();
        Assert.False(Record.Covers(Record.Sources()));
        Assert.False(Record.Covers(ContentHash.OfText("another tree")));
    }

    private void Make(string change)
    {
        var (what, path) = change.Split(' ') is [var verb, var name] ? (verb, _folder.File(name.Split('/'))) : (change, "");
        switch (what)
        {
            case "touch":
                File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(1));
                break;
            case "edit":
                File.AppendAllText(path, "more");
                break;
            case "add":
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, "new");
                break;
            case "delete":
                File.Delete(path);
                break;
            case "rename":
                File.Move(path, path + "2");
                break;
            case "link":
                File.CreateSymbolicLink(path, _folder.File("Directory.Build.props"));
                break;
            case "set":
                Environment.SetEnvironmentVariable(Variable, "true");
                break;
        }
    }

    private void Write(string text, params string[] path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(path))!);
        File.WriteAllText(_folder.File(path), text);
    }
}
