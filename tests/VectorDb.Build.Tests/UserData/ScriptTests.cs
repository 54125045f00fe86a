using System.Diagnostics;
using VectorDb.Build.Rendering;
using VectorDb.Build.Tests.Rendering;

namespace VectorDb.Build.Tests.UserData;

/// <summary>Rendered scripts and Compose files before the tools that judge them.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class ScriptTests
{
    [Fact]
    public async Task Every_rendered_script_is_clean_under_shellcheck()
    {
        using var folder = new TemporaryFolder();
        var files = SampleRelease.Templates.Render(SampleRelease.For("rehearsal"));
        RenderedFolder.Write(folder.File("release"), files);
        var scripts = files.Where(file => file.IsExecutable).Select(file => folder.File("release", file.Path));
        var (exitCode, output) = await RunAsync(RequiredTool.Find("shellcheck"), ["--shell=bash", .. scripts]);
        Assert.True(exitCode == 0, output);
    }

    [Theory]
    [InlineData("web", "api dashboard nginx")]
    [InlineData("worker", "worker")]
    public async Task Compose_takes_the_production_file_and_starts_what_the_profile_names(string profile, string services)
    {
        using var folder = new TemporaryFolder();
        RenderedFolder.Write(folder.File("release"), SampleRelease.Templates.Render(SampleRelease.For("production")));
        var file = folder.File("release", "bundle", "docker-compose.prod.yml");
        Assert.Equal(services, await ServicesAsync(file, "--profile", profile));
    }

    [Fact]
    public async Task Compose_takes_the_development_file_with_a_Redis_of_its_own()
    {
        using var folder = new TemporaryFolder();
        RenderedFolder.Write(folder.File("release"), [SampleRelease.Templates.RenderDevelopment(SampleRelease.Development)]);
        Assert.Equal("api dashboard nginx redis worker", await ServicesAsync(folder.File("release", "docker-compose.development.yml")));
    }

    private static async Task<string> ServicesAsync(string file, params string[] options)
    {
        var docker = RequiredTool.Find("docker");
        var (version, _) = await RunAsync(docker, ["compose", "version"]);
        RequiredTool.Demand(version == 0, "the Compose plugin is not on this machine", RequiredTool.Script);
        var (exitCode, output) = await RunAsync(docker, ["compose", "--file", file, .. options, "config", "--services"]);
        Assert.True(exitCode == 0, output);
        return string.Join(' ', output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await errors);
    }
}
