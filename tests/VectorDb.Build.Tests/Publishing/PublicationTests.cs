using VectorDb.Build.Compilation;
using VectorDb.Build.Processes;
using VectorDb.Build.Publishing;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Tests.Publishing;

public sealed class PublicationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CompiledOutput _compiled;
    private readonly Publication _publication;

    public PublicationTests()
    {
        var journal = new StepJournal(BuildConsole.Create(TextWriter.Null), TimeProvider.System);
        var workspace = new Workspace(_folder.Path, new Orphans(_folder.Path, new SystemProcessTable()), journal);
        _compiled = new CompiledOutput(workspace);
        _publication = new Publication(workspace, _compiled, journal);
        foreach (var project in new[] { "VectorDb.Api", "VectorDb.Worker", "VectorDb.Dashboard", "VectorDb.LocalHost" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Program(project))!);
            File.WriteAllText(Program(project), "tested");
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_compiled_is_published()
    {
        _compiled.Remember();

        await _publication.PublishAsync(Cancellation);

        Assert.Equal("tested", File.ReadAllText(_folder.File("artifacts", "publish", "api", "VectorDb.Api.dll")));
    }

    [Fact]
    public async Task What_another_build_has_compiled_during_the_tests_is_not_published()
    {
        _compiled.Remember();
        File.WriteAllText(Program("VectorDb.Worker"), "of an edit");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => _publication.PublishAsync(Cancellation));

        Assert.Contains("has changed since it was compiled", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("artifacts", "publish", "worker")));
    }

    private string Program(string project) => _folder.File("src", project, "bin", "Release", "net10.0", $"{project}.dll");
}
